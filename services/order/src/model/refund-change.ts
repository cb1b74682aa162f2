import { addMoney, type Money, subtractMoney } from '@micromart/kernel'
import type { Change } from './change.ts'
import { RefundInProgress } from './errors.ts'
import { keptOf, type Order } from './order.ts'
import { ownRefund, type Refund } from './refund.ts'
import { move } from './status.ts'
import { attention, entry, shown, stepped } from './step.ts'
import type { Actor, TimelineEntry } from './timeline.ts'

/** A refund takes its amount out of what is kept before anybody is asked for it: two never give back the same money. */
const owing = (order: Order, refund: Refund): Order => ({
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
  return { from, to, entries, fact: { fact: 'cancelled' }, ...(opened && { refunds: { opened } }) }
}

/** The hold had lapsed and the goods are gone: the shop itself cancels and pays back. */
export const unclaimable = (from: Order, at: Date): Change => {
  const change = cancelled(from, at, 'shop')
  const lost = { ...entry(from, 'stock.lost'), at }
  return { ...change, entries: [lost, ...change.entries] }
}

/** Money came for an order that has ended: it goes back. */
export const paidTooLate = (from: Order, at: Date): Change => {
  const opened = ownRefund(from, at, 'Paid after the order had ended', false)
  const to = stepped({ at, to: owing(from, opened), payment: 'refund_pending', dueIn: 0 })
  const late = entry(to, 'payment.late', shown(to.totals.total))
  return { from, to, entries: [late], refunds: { opened } }
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
  return { from, to, entries, fact: { fact: 'cancelled' }, refunds }
}

/** How a refund ended at the provider, and what product said about its goods. */
export type RefundEnd = {
  readonly refund: Refund
  readonly outcome: 'refunded' | 'refused'
  /** Undefined when no goods were to come back. */
  readonly goods: 'returned' | 'return_refused' | undefined
  /** All refunds of the order: whether the shop's own has been among them. */
  readonly earlier: readonly Refund[]
}

const goodsEntry = (to: Order, { refund, goods }: RefundEnd): readonly TimelineEntry[] => {
  if (!goods) return []
  const words = refund.lines.map(({ sku, quantity }) => `${quantity} x ${sku}`).join(', ')
  return [entry(to, `stock.${goods}`, words === '' ? '' : `: ${words}`)]
}

/** A cancelled order gives back all: what a refund that was on its way at the cancelling left follows it. */
const followUp = (order: Order, earlier: readonly Refund[], at: Date): Refund | undefined => {
  const isOwed = order.status === 'CANCELLED' && keptOf(order).amount > 0n
  if (!isOwed || earlier.some(({ id }) => id === order.id)) return undefined
  return ownRefund(order, at, 'Order cancelled', true)
}

/** The money of a refund is back; the last of it ends a shipped order. */
const confirmed = (from: Order, end: RefundEnd, at: Date): Change => {
  const { refund } = end
  const isWhole = keptOf(from).amount === 0n
  const ends = isWhole && (from.status === 'SHIPPED' || from.status === 'DELIVERED')
  const closed = { ...(ends ? move(from, 'REFUNDED') : from), openRefund: undefined }
  const payment = isWhole ? 'refunded' : 'partially_refunded'
  const to = stepped({ at, to: closed, payment, dueIn: attention(closed) })
  const before = { ...to, status: from.status }
  const entries = [
    entry(before, 'payment.refunded', shown(refund.amount)),
    ...goodsEntry(before, end),
    ...(ends ? [entry(to, 'order.refunded')] : []),
  ]
  const { id: refundId, amount } = refund
  const ended = { ...refund, status: 'refunded', updatedAt: at } as const
  const fact = { fact: 'refunded', refundId, amount, whole: ends } as const
  return { from, to, entries, fact, refunds: { ended } }
}

/** The provider keeps the money: nobody asks again, staff must look. */
const refused = (from: Order, end: RefundEnd, at: Date): Change => {
  const { refund } = end
  const refunded = subtractMoney(from.refunded, refund.amount)
  const closed = { ...from, refunded, openRefund: undefined }
  const to = stepped({ at, to: closed, payment: 'refund_refused', dueIn: attention(closed) })
  const money = entry(to, 'payment.refund_refused', shown(refund.amount))
  const ended = { ...refund, status: 'refused', updatedAt: at } as const
  return { from, to, entries: [money, ...goodsEntry(to, end)], refunds: { ended } }
}

/** The end of the refund that was on its way, and the beginning of what a cancelled order still owes. */
export const refundEnded = (from: Order, end: RefundEnd, at: Date): Change => {
  const change = end.outcome === 'refunded' ? confirmed(from, end, at) : refused(from, end, at)
  const opened = followUp(change.to, end.earlier, at)
  if (!opened) return change
  const to = stepped({ at, to: owing(change.to, opened), payment: 'refund_pending', dueIn: 0 })
  return { ...change, to, refunds: { ...change.refunds, opened } }
}
