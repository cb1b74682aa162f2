import { addMoney, compareMoney, type Money, subtractMoney } from '@micromart/kernel'
import type { Change, Fact } from './change.ts'
import { keptOf, type Order } from './order.ts'
import { deskRefund, type ForeignRefund, lateRefund, type Refund } from './refund.ts'
import { owing, paidTooLate } from './refund-change.ts'
import { stillOwed } from './refund-owed.ts'
import { move, type OrderStatus, type PaymentStatus } from './status.ts'
import { attention, entry, shown, stepped } from './step.ts'

/** What taking a foreign refund over needs to know besides it. */
type Taking = {
  readonly at: Date
  /** All refunds of the order so far. */
  readonly earlier: readonly Refund[]
  /** Names the refund of what is owed after it. */
  readonly nextId: string
}

/** What has gone back for sure: without the refund that is on its way. */
const confirmedOf = ({ refunded, openRefund }: Order, refunds: readonly Refund[]): Money => {
  const open = refunds.find(({ id }) => id === openRefund)
  return open ? subtractMoney(refunded, open.amount) : refunded
}

/**
 * Where the order goes when money was given back at the provider's desk. All of it: what was not shipped must not be, so it is
 * cancelled, as by a refund of staff; what was shipped is refunded, once all is back and not only on its way.
 */
const nextOf = (order: Order, refunds: readonly Refund[]): OrderStatus => {
  const { status, totals } = order
  if (status === 'PAID') return keptOf(order).amount === 0n ? 'CANCELLED' : status
  const isSent = status === 'SHIPPED' || status === 'DELIVERED'
  const isBack = compareMoney(confirmedOf(order, refunds), totals.total) >= 0
  return isSent && isBack ? 'REFUNDED' : status
}

const paymentAfter = (order: Order): PaymentStatus => {
  if (order.openRefund !== undefined) return 'refund_pending'
  return keptOf(order).amount === 0n ? 'refunded' : 'partially_refunded'
}

const given = (from: Order, foreign: ForeignRefund, taking: Taking): Change => {
  const { at, earlier, nextId } = taking
  const heard = deskRefund(from, foreign, at)
  const refunds = [...earlier, heard]
  const less = { ...from, refunded: addMoney(from.refunded, heard.amount) }
  const status = nextOf(less, refunds)
  const moved = status === from.status ? less : move(less, status)
  const opened = stillOwed(moved, { at, refunds, nextId, again: true })
  const owed = opened ? owing(moved, opened) : moved
  const dueIn = opened ? 0 : attention(owed)
  const to = stepped({ at, to: owed, payment: paymentAfter(owed), dueIn })
  const told = entry({ ...to, status: from.status }, heardOf, shown(heard.amount))
  const cancels = status === 'CANCELLED' && status !== from.status
  const whole = status === 'REFUNDED' && status !== from.status
  const { id: refundId, amount } = heard
  const facts: Fact[] = [
    { fact: 'refunded', refundId, amount, whole },
    ...(cancels ? [{ fact: 'cancelled' } as const] : []),
  ]
  const entries = [
    told,
    ...(cancels ? [entry(to, 'order.cancelled', undefined, 'provider')] : []),
    ...(whole ? [entry(to, 'order.refunded')] : []),
  ]
  return { from, to, entries, facts, refunds: { heard, ...(opened && { opened }) } }
}

const heardOf = 'payment.refunded_at_provider'

/**
 * Takes over a refund that this service did not ask for. Payment's own is gone on with under its id; one of the provider's desk
 * is done. What an ended order owes after it is asked for anew.
 */
export const takenOver = (from: Order, foreign: ForeignRefund, taking: Taking): Change =>
  foreign.origin === 'late'
    ? paidTooLate(from, taking.at, lateRefund(from, foreign, taking.at))
    : given(from, foreign, taking)

/**
 * Whether now is the time: before its payment has an end, an order has nothing that could be given back, and of those on their
 * way it has one at a time.
 */
export const mayBeTakenOver = ({ status, openRefund }: Order, { origin }: ForeignRefund) => {
  if (status === 'PENDING' || status === 'PAYMENT_PENDING') return false
  return origin === 'desk' || openRefund === undefined
}
