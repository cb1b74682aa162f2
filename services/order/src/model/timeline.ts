import type { OrderStatus } from './status.ts'

export type Actor = 'shopper' | 'shop' | 'staff' | 'provider'

/** One thing that happened to an order. `status` is the order's after it. */
export type TimelineEntry = {
  readonly at: Date
  readonly status: OrderStatus
  readonly event: TimelineEvent
  readonly message: string
  readonly actor: Actor
}

/** An entry as it is stored: `seq` grows along an order's timeline. */
export type ToldEntry = TimelineEntry & { readonly seq: bigint }

/** Who does what, in words that a shopper's support can use; `…` stands for the case's own words. */
const catalogue = {
  'order.placed': ['shopper', 'Order placed'],
  'stock.held': ['shop', 'Goods reserved'],
  'stock.refused': ['shop', 'Not enough in stock: …'],
  'stock.claimed': ['shop', 'Goods taken from the shelf'],
  'stock.lost': ['shop', 'The reserved goods are no longer there'],
  'stock.released': ['shop', 'Reserved goods put back'],
  'stock.returned': ['shop', 'Goods put back on the shelf…'],
  'stock.return_refused': ['shop', 'Goods could not be booked back: the stock must be looked at'],
  'payment.charged': ['provider', 'Payment of … confirmed'],
  'payment.unknown': ['provider', 'The payment is not confirmed yet; the shop keeps asking'],
  'payment.pending': ['provider', 'The bank has the payment and confirms it later'],
  'payment.action_required': ['provider', 'The bank asks the shopper to approve the payment'],
  'payment.abandoned': ['shop', 'The shopper did not approve the payment in time'],
  'payment.declined': ['provider', 'Payment declined…'],
  'payment.cancelled': ['shop', 'Payment cancelled; nothing was charged'],
  'payment.late': ['provider', 'A payment of … arrived after the order had ended; it is returned'],
  'payment.refunded_at_provider': [
    'provider',
    'Refund of … made at the payment provider’s own desk',
  ],
  'refund.asked': ['staff', 'Refund of …'],
  'payment.refunded': ['provider', 'Refund of … confirmed'],
  'payment.refund_refused': ['provider', 'Refund of … refused by the bank: staff must look'],
  'order.paid': ['shop', 'Order paid'],
  'order.rejected': ['shop', 'Order rejected: goods are out of stock'],
  'order.failed': ['shop', 'Order ended without a purchase: …'],
  'order.cancelled': ['shopper', 'Order cancelled; the payment is being returned'],
  'order.shipped': ['staff', 'Order shipped…'],
  'order.delivered': ['staff', 'Order delivered'],
  'order.refunded': ['shop', 'Order refunded in full'],
} as const satisfies Record<string, readonly [Actor, string]>

export type TimelineEvent = keyof typeof catalogue

/** Entries whose words may name people, and what an erasure leaves of them. */
export const withoutPeople = {
  'order.shipped': 'Order shipped',
  'refund.asked': 'Refund asked for',
} as const satisfies Partial<Record<TimelineEvent, string>>

/** A hundred short lines still make a message that the table takes. */
const longest = 1_000

/** @param words what the event's message leaves open, such as an amount */
export const happened = (
  event: TimelineEvent,
  { at, status, words = '', actor }: Pick<TimelineEntry, 'at' | 'status'> & Words,
): TimelineEntry => {
  const [usually, message] = catalogue[event]
  const said = message.replace('…', () => words)
  return { at, status, event, message: said.slice(0, longest), actor: actor ?? usually }
}

type Words = { readonly words?: string; readonly actor?: Actor }
