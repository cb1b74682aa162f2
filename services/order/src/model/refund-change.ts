import { addMoney, type Money } from '@micromart/kernel'
import type { Change } from './change.ts'
import { RefundInProgress } from './errors.ts'
import { keptOf, type Order } from './order.ts'
import { ownRefund, paidLate, type Refund } from './refund.ts'
import { move } from './status.ts'
import { attention, entry, shown, stepped } from './step.ts'
import type { Actor } from './timeline.ts'

/** A refund takes its amount out of what is kept before anybody is asked for it: two never give back the same money. */
export const owing = (order: Order, refund: Refund): Order => ({
  ...order,
  refunded: addMoney(order.refunded, refund.amount),
  openRefund: refund.id,
})

const isAll = (refund: Refund, kept: Money): boolean => refund.amount.amount === kept.amount

/**
 * Cancels a paid order before shipping. Written before its refund and restock, which follow at once or by the sweeper. While
 * another refund is on its way, what is left follows that one.
 */
export const cancelled = (from: Order, at: Date, actor: Actor): Change => {
  const moved = move(from, 'CANCELLED')
  const opened =
    from.openRefund === undefined ? ownRefund(from, at, 'Order cancelled', true) : undefined
  const owed = opened ? owing(moved, opened) : moved
  const to = stepped({ at, to: owed, payment: 'refund_pending', dueIn: attention(owed) })
  const entries = [entry(to, 'order.cancelled', undefined, actor)]
  const facts = [{ fact: 'cancelled' }] as const
  return { from, to, entries, facts, ...(opened && { refunds: { opened } }) }
}

/** The hold had lapsed and the goods are gone: the shop itself cancels and pays back. */
export const unclaimable = (from: Order, at: Date): Change => {
  const change = cancelled(from, at, 'shop')
  const lost = { ...entry(from, 'stock.lost'), at }
  return { ...change, entries: [lost, ...change.entries] }
}

/** Money came for an order that has ended: it goes back. @param refund of payment's making; otherwise the shop's own */
export const paidTooLate = (
  from: Order,
  at: Date,
  refund: Refund = ownRefund(from, at, paidLate, false),
): Change => {
  const to = stepped({ at, to: owing(from, refund), payment: 'refund_pending', dueIn: 0 })
  const late = entry(to, 'payment.late', shown(refund.amount))
  return { from, to, entries: [late], refunds: { opened: refund } }
}

const asked = (refund: Refund): string =>
  `${shown(refund.amount)} asked for${refund.reason === '' ? '' : `: ${refund.reason}`}`

/**
 * Staff gives money back. All of it before shipping cancels the order, whose goods never left.
 * @throws RefundInProgress while another one is on its way
 */
export const refundOpened = (from: Order, refund: Refund, at: Date): Change => {
  if (from.openRefund !== undefined) throw new RefundInProgress()
  const cancels = from.status === 'PAID' && isAll(refund, keptOf(from))
  const opened = cancels ? { ...refund, lines: [], restock: true } : refund
  const owed = owing(cancels ? move(from, 'CANCELLED') : from, opened)
  const to = stepped({ at, to: owed, payment: 'refund_pending', dueIn: attention(owed) })
  const request = entry({ ...to, status: from.status }, 'refund.asked', asked(opened))
  const refunds = { opened }
  if (!cancels) return { from, to, entries: [request], refunds }
  const entries = [request, entry(to, 'order.cancelled', undefined, 'staff')]
  return { from, to, entries, facts: [{ fact: 'cancelled' }], refunds }
}
