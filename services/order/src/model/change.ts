import { DomainError, type Money, type NewAuditEntry } from '@micromart/kernel'
import { OutOfStock } from './errors.ts'
import { frozenOrder, type KeyEffect } from './idempotency.ts'
import { after, limits } from './limits.ts'
import { type NextAction, type Order, totalsOf } from './order.ts'
import type { Refund } from './refund.ts'
import { entry, shown, stepped } from './step.ts'
import { move } from './status.ts'
import type { HeldLine, Shortage } from './stock.ts'
import type { TimelineEntry } from './timeline.ts'

/**
 * One step of an order's life, written in one transaction: the row (if nobody was faster), its timeline, its key,
 * its cart, its refund, its event. `from` is the order as it was read, the condition of the write.
 */
export type Change = {
  readonly from: Order
  readonly to: Order
  readonly entries: readonly TimelineEntry[]
  readonly key?: KeyEffect
  readonly facts?: readonly Fact[]
  readonly refunds?: RefundEffect
  /** What staff did, for the audit log. */
  readonly audit?: NewAuditEntry
}

/** What a change of the order does to its refunds: one ends, one that others have made is heard of, one begins. */
export type RefundEffect = {
  readonly ended?: Refund
  readonly heard?: Refund
  readonly opened?: Refund
}

/** What the rest of the shop is told; it becomes an event in the change's own transaction. */
export type Fact =
  | { readonly fact: 'paid' | 'cancelled' | 'shipped' | 'delivered' }
  | { readonly fact: 'rejected'; readonly skus: readonly string[] }
  | { readonly fact: 'failed'; readonly reason: Failure }
  | {
      readonly fact: 'refunded'
      readonly refundId: string
      readonly amount: Money
      readonly whole: boolean
    }

const freeze = (order: Order): KeyEffect => ({ effect: 'freeze', frozen: frozenOrder(order) })

/**
 * Product holds the lines at its prices, which are the order's from here on. The step's own entry is written with the next
 * one (`heldFirst`): until then it can be read off the order.
 */
export const priced = (
  from: Order,
  hold: { readonly lines: readonly HeldLine[] },
  at: Date,
): Change => {
  const bySku = new Map(hold.lines.map((line) => [line.sku, line]))
  const lines = from.lines.map((line) => {
    const held = bySku.get(line.sku)
    if (!held) throw new DomainError('internal', 'hold_incomplete', { sku: line.sku })
    return { ...line, title: held.title, unitPrice: held.unitPrice }
  })
  const totals = totalsOf(lines, from.totals.total.currency)
  const holdUntil = after(at, limits.hold) // by our own clock, whatever product's says (S71)
  const to = { ...stepped({ at, to: { ...from, lines, totals, holdUntil } }), dueAt: from.dueAt }
  return { from, to, entries: [] } // PENDING still ends when it had to before
}

/** What a PENDING order's timeline does not hold yet: since its prices were written nothing else has touched it. */
export const heldFirst = (order: Order): readonly TimelineEntry[] =>
  order.status === 'PENDING' && order.holdUntil ? [entry(order, 'stock.held')] : []

/** The money is there. From PENDING or PAYMENT_PENDING; the claim of the goods follows. */
export const paid = (from: Order, at: Date): Change => {
  const to = stepped({ at, to: move(from, 'PAID'), payment: 'paid', dueIn: limits.claim })
  const charged = entry({ ...to, status: from.status }, 'payment.charged', shown(to.totals.total))
  const entries = [...heldFirst(from), charged, entry(to, 'order.paid')]
  return { from, to, entries, key: freeze(to), facts: [{ fact: 'paid' }] }
}

/** What a payment waits for: the provider's answer, its own settling, or the shopper. */
export type Waiting =
  | { readonly outcome: 'unknown' | 'none' | 'pending' }
  | { readonly outcome: 'requires_action'; readonly action: NextAction }

/** Whether the order says already that it waits for this. */
export const isAwaiting = ({ status, payment }: Order, waiting: Waiting): boolean => {
  if (status !== 'PAYMENT_PENDING') return false
  if (waiting.outcome !== 'requires_action') return payment.status === 'pending'
  return payment.status === 'requires_action' && payment.nextAction?.url === waiting.action.url
}

const waitingWords = {
  unknown: 'payment.unknown',
  none: 'payment.unknown',
  pending: 'payment.pending',
  requires_action: 'payment.action_required',
} as const

/** Not paid yet: the sweeper asks, the shopper may have to do something. */
export const awaitingPayment = (from: Order, waiting: Waiting, at: Date): Change => {
  const moved = from.status === 'PAYMENT_PENDING' ? from : move(from, 'PAYMENT_PENDING')
  const asked = waiting.outcome === 'requires_action'
  const nextAction = asked ? waiting.action : from.payment.nextAction
  const to = stepped({
    at,
    to: { ...moved, payment: { ...from.payment, nextAction } },
    payment: asked ? 'requires_action' : 'pending',
    dueIn: limits.firstAsk,
  })
  const entries = [...heldFirst(from), entry(to, waitingWords[waiting.outcome])]
  const first = from.status === 'PENDING'
  return { from, to, entries, ...(first && { key: { effect: 'unlock' } }) }
}

/** Product has too little: nothing is held. */
export const rejected = (from: Order, shortages: readonly Shortage[], at: Date): Change => {
  const to = stepped({ at, to: move(from, 'REJECTED'), payment: 'cancelled' })
  const { params } = new OutOfStock(shortages)
  const words = shortages.map(({ sku, available }) => `${sku} (${available} left)`).join(', ')
  const refused = entry({ ...to, status: from.status }, 'stock.refused', words)
  return {
    from,
    to,
    entries: [refused, entry(to, 'order.rejected')],
    key: { effect: 'freeze', frozen: { answer: 'out_of_stock', params } },
    facts: [{ fact: 'rejected', skus: shortages.map(({ sku }) => sku) }],
  }
}

/** Why an order failed, as events and timeline say it. */
export type Failure =
  'declined' | 'abandoned' | 'cancelled' | 'expired' | 'unavailable' | 'price_changed'

const failureWords: Readonly<Record<Failure, string>> = {
  declined: 'the payment was declined',
  abandoned: 'the payment was not approved in time',
  cancelled: 'the payment was not confirmed in time',
  expired: 'the checkout was interrupted',
  unavailable: 'a part of the shop was not available',
  price_changed: 'the price had changed',
}

/**
 * Nothing was bought, and what was held is released. Declined, or after a 202, the key keeps that answer; an attempt
 * that ended by the shop's own fault, or at a new price, leaves its key free for the next.
 */
export const failed = (from: Order, why: Failure, at: Date, declineCode?: string): Change => {
  const answered = why === 'declined' || from.status === 'PAYMENT_PENDING'
  const payment = answered ? 'declined' : 'cancelled' // after a 202 it is 402, whatever the reason
  const to = stepped({ at, to: move(from, 'FAILED'), payment })
  const before = { ...to, status: from.status }
  const words = declineCode === undefined ? '' : `: ${declineCode.replaceAll('_', ' ')}`
  const money =
    why === 'declined'
      ? entry(before, 'payment.declined', words)
      : entry(before, 'payment.cancelled')
  const shopper = why === 'abandoned' ? [entry(before, 'payment.abandoned')] : []
  const goods = from.holdUntil ? [entry(before, 'stock.released')] : []
  const entries = [
    ...heldFirst(from),
    ...shopper,
    money,
    ...goods,
    entry(to, 'order.failed', failureWords[why]),
  ]
  const key: KeyEffect = answered ? freeze(to) : { effect: 'free' }
  return { from, to, entries, key, facts: [{ fact: 'failed', reason: why }] }
}

/** The goods left the shelf: nothing is left to do until shipping, but for a refund. */
export const claimed = (from: Order, at: Date): Change => {
  const dueAt = from.openRefund === undefined ? undefined : from.dueAt
  const to = { ...from, stockClaimed: true, dueAt, tries: 0, updatedAt: from.updatedAt }
  return { from, to, entries: [{ ...entry(to, 'stock.claimed'), at }] }
}

/** Product keeps the goods longer; otherwise nothing changed. */
export const holdExtended = (from: Order, until: Date): Change => ({
  from,
  to: { ...from, holdUntil: until },
  entries: [],
})

const earlier = (one: Date, other: Date): Date => (one < other ? one : other)

/** The shopper's repeat goes on with a crashed attempt: the sweeper waits for it, but not beyond what PENDING may last. */
export const resumed = (from: Order, at: Date): Change => {
  const dueAt = earlier(after(at, limits.pending), after(from.createdAt, limits.pendingAtMost))
  return { from, to: { ...from, dueAt, tries: 0 }, entries: [] }
}
