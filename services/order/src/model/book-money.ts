import { type BookRecord, hasWorkLeft, isSold, isUnpaid, type OrderBook } from './book-record.ts'
import { type BookRule, wrongs } from './book-rule.ts'

type Sums = { readonly captured: bigint; readonly refunded: bigint }
type PaymentSums = Sums & { readonly refundsOpen: bigint }

const none: PaymentSums = { captured: 0n, refunded: 0n, refundsOpen: 0n }

const net = ({ captured, refunded }: Sums = none): bigint => captured - refunded

const refundsOf = ({ refunds }: OrderBook, status: string): bigint =>
  refunds.reduce((sum, refund) => (refund.status === status ? sum + refund.amount : sum), 0n)

/** Between what the provider has paid back and what payment knows of it lie the refunds that are on their way. */
const sides = ({ payment, provider, providerKnown }: BookRecord): readonly string[] => {
  const { captured, refunded } = payment ?? none
  const words: [boolean, string][] = [
    [(payment?.imbalance ?? 0n) !== 0n, `the ledger is out of balance by ${payment?.imbalance}`],
  ]
  if (providerKnown && payment) {
    const there = provider ?? { ...none, captures: 0, currency: payment.currency }
    const open = refunded + payment.refundsOpen
    words.push(
      [there.captures > 1, `the provider captured ${there.captures} times`],
      [there.captured !== captured, `payment captured ${captured}, the provider ${there.captured}`],
      [
        there.refunded < refunded || there.refunded > open,
        `payment paid back ${refunded}, the provider ${there.refunded}`,
      ],
      [
        captured > 0n && there.currency !== payment.currency,
        `payment is in ${payment.currency}, the provider in ${there.currency}`,
      ],
    )
  }
  return wrongs(words)
}

/** What the order itself says it has given back, or owes. */
const ownSum = (order: OrderBook): readonly string[] => {
  const given = refundsOf(order, 'refunded') + refundsOf(order, 'pending')
  return wrongs([
    [given !== order.refunded, `it says ${order.refunded} is refunded, its refunds are ${given}`],
  ])
}

/** Paid back is what is confirmed, and some of what is on its way. */
const paidBack = (order: OrderBook, { refunded }: Sums): readonly string[] => {
  const confirmed = refundsOf(order, 'refunded')
  const most = confirmed + refundsOf(order, 'pending')
  return wrongs([
    [
      refunded < confirmed || refunded > most,
      `${refunded} was paid back, the order's refunds are ${confirmed}`,
    ],
  ])
}

const sold = (order: OrderBook, { captured }: Sums): readonly string[] =>
  wrongs([[captured !== order.total, `${captured} was captured for a total of ${order.total}`]])

/**
 * Money of an order that has ended: all of it went back, or is on its way, or the provider's refusal is on record. What was
 * left when it was cancelled during a refund follows that one, and is no refund yet. What came too late payment gives back
 * by itself: it may be on its way before the order has heard of it.
 */
const ended = (order: OrderBook, sums: PaymentSums): readonly string[] => {
  const left = net(sums)
  const owed = left - sums.refundsOpen
  const explained = hasWorkLeft(order) || owed <= refundsOf(order, 'refused')
  return wrongs([
    [left > 0n && !explained, `${left} was kept for an order that is ${order.status}`],
    [left < 0n, `${-left} more was paid back than captured`],
  ])
}

const owed = (order: OrderBook | undefined, sums: PaymentSums): readonly string[] => {
  if (!order || isUnpaid(order)) return []
  const own = isSold(order) ? sold(order, sums) : ended(order, sums)
  return [...own, ...paidBack(order, sums), ...ownSum(order)]
}

/** Source: provider ledger, payments and orders, three-way. */
export const capturedOnce: BookRule = {
  id: 'I4',
  judge: (record) => {
    const { order, payment, provider } = record
    if (!order && !payment && !provider) return undefined
    const currency = wrongs([
      [
        Boolean(order && payment && payment.captured > 0n && payment.currency !== order.currency),
        `the order is in ${order?.currency}, its payment in ${payment?.currency}`,
      ],
    ])
    return [...sides(record), ...owed(order, payment ?? none), ...currency]
  },
}

/** A refund on its way is no orphan: payment knows what it owes. */
export const noOrphanMoney: BookRule = {
  id: 'I6',
  judge: ({ order, payment, provider }) => {
    if ((payment?.captured ?? 0n) === 0n && (provider?.captured ?? 0n) === 0n) return undefined
    const here = net(payment) - (payment?.refundsOpen ?? 0n)
    const there = payment ? 0n : net(provider)
    const left = here > there ? here : there
    const homeless = !order || isUnpaid(order)
    return wrongs([
      [homeless && left > 0n, `${left} belongs to ${order ? `a ${order.status}` : 'no'} order`],
      [
        !payment && there > 0n && Boolean(order),
        `the provider captured ${there} without a payment`,
      ],
    ])
  },
}

/** Money is shown with the sum it was made of. */
export const totalIsItsLines: BookRule = {
  id: 'I12',
  judge: ({ order }) => {
    if (!order) return undefined
    const lines = order.lines.reduce((sum, line) => sum + line.unitPrice * line.quantity, 0n)
    const { subtotal, shipping, tax, discount, total } = order
    return wrongs([
      [lines !== subtotal, `lines come to ${lines}, the subtotal is ${subtotal}`],
      [subtotal + shipping + tax - discount !== total, `the total ${total} is not its parts`],
      [order.lines.some(({ unitPrice }) => unitPrice < 0n), 'a price is negative'],
      [total < 0n, `the total ${total} is negative`],
    ])
  },
}
