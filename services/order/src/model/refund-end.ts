import { subtractMoney } from '@micromart/kernel'
import type { Change } from './change.ts'
import { isOvercommitted, keptOf, type Order } from './order.ts'
import type { Refund } from './refund.ts'
import { owing } from './refund-change.ts'
import { stillOwed } from './refund-owed.ts'
import { move } from './status.ts'
import { attention, entry, shown, stepped } from './step.ts'
import type { TimelineEntry } from './timeline.ts'

/** How a refund ended at the provider, and what product said about its goods. */
export type RefundEnd = {
  readonly refund: Refund
  readonly outcome: 'refunded' | 'refused'
  /** Undefined when no goods were to come back. */
  readonly goods: 'returned' | 'return_refused' | undefined
  /** All refunds of the order: whether the shop's own has been among them. */
  readonly earlier: readonly Refund[]
  /** Names the refund of what is owed after it. */
  readonly nextId: string
}

const goodsEntry = (to: Order, { refund, goods }: RefundEnd): readonly TimelineEntry[] => {
  if (!goods) return []
  const words = refund.lines.map(({ sku, quantity }) => `${quantity} x ${sku}`).join(', ')
  return [entry(to, `stock.${goods}`, words === '' ? '' : `: ${words}`)]
}

/** The money of a refund is back; the last of it ends a shipped order. One that took only goods back tells of no money. */
const confirmed = (from: Order, end: RefundEnd, at: Date): Change => {
  const { refund } = end
  const isWhole = keptOf(from).amount === 0n
  const ends = isWhole && (from.status === 'SHIPPED' || from.status === 'DELIVERED')
  const closed = { ...(ends ? move(from, 'REFUNDED') : from), openRefund: undefined }
  const payment = isWhole ? 'refunded' : 'partially_refunded'
  const to = stepped({ at, to: closed, payment, dueIn: attention(closed) })
  const before = { ...to, status: from.status }
  const ended = { ...refund, status: 'refunded', updatedAt: at } as const
  const goods = goodsEntry(before, end)
  const { id: refundId, amount } = refund
  if (amount.amount === 0n) return { from, to, entries: goods, refunds: { ended } }
  const entries = [
    entry(before, 'payment.refunded', shown(amount)),
    ...goods,
    ...(ends ? [entry(to, 'order.refunded')] : []),
  ]
  const facts = [{ fact: 'refunded', refundId, amount, whole: ends }] as const
  return { from, to, entries, facts, refunds: { ended } }
}

/** The provider keeps the money: nobody asks again, staff must look. Unless all is back by its own desk. */
const refused = (from: Order, end: RefundEnd, at: Date): Change => {
  const { refund } = end
  const refunded = subtractMoney(from.refunded, refund.amount)
  const closed = { ...from, refunded, openRefund: undefined }
  const payment = keptOf(closed).amount === 0n ? 'refunded' : 'refund_refused'
  const to = stepped({ at, to: closed, payment, dueIn: attention(closed) })
  const money = entry(to, 'payment.refund_refused', shown(refund.amount))
  const ended = { ...refund, status: 'refused', updatedAt: at } as const
  return { from, to, entries: [money, ...goodsEntry(to, end)], refunds: { ended } }
}

/** The end of the refund that was on its way, and the beginning of what the order still owes. */
export const refundEnded = (from: Order, end: RefundEnd, at: Date): Change => {
  const { earlier: refunds, nextId, outcome } = end
  const change = outcome === 'refunded' ? confirmed(from, end, at) : refused(from, end, at)
  const again = outcome === 'refused' && isOvercommitted(from)
  const opened = stillOwed(change.to, { at, refunds, nextId, again })
  if (!opened) return change
  const to = stepped({ at, to: owing(change.to, opened), payment: 'refund_pending', dueIn: 0 })
  return { ...change, to, refunds: { ...change.refunds, opened } }
}
