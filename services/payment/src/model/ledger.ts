import type { Money } from '@micromart/kernel'
import { RefundExceedsCapture } from './errors.ts'
import type { Payment, PaymentStatus } from './payment.ts'

/**
 * `authorised`: promised by the provider, not settled. `captured`: taken, in all. `refunded`, `disputed`: given back or taken
 * back, in all. `clearing`: the shopper's side of each of these.
 */
export type Account = 'authorised' | 'captured' | 'refunded' | 'disputed' | 'clearing'

export type Entry = {
  readonly account: Account
  readonly side: 'debit' | 'credit'
  /** Minor units, positive. */
  readonly amount: bigint
}

/** Entries that belong together: debits equal credits. One posting of a name per payment, whatever is repeated. */
export type Posting = {
  readonly name: string
  readonly currency: string
  readonly entries: readonly Entry[]
}

/** What the accounts of a payment hold, each on its own side, minor units. */
export type Balances = {
  readonly authorised: bigint
  readonly captured: bigint
  readonly refunded: bigint
  readonly disputed: bigint
  /** Debits less credits over all accounts: 0 in double entry. */
  readonly imbalance: bigint
}

type Transfer = { readonly debit: Account; readonly credit: Account }

/** Nothing moves: there is nothing to enter. */
const posting = (name: string, { debit, credit }: Transfer, of: Money): readonly Posting[] => {
  const { amount, currency } = of
  if (amount === 0n) return []
  const entries: readonly Entry[] = [
    { account: debit, side: 'debit', amount },
    { account: credit, side: 'credit', amount },
  ]
  return [{ name, currency, entries }]
}

const authorise = (of: Money) =>
  posting('authorise', { debit: 'authorised', credit: 'clearing' }, of)
const capture = (of: Money) => posting('capture', { debit: 'captured', credit: 'authorised' }, of)
const release = (of: Money) => posting('release', { debit: 'clearing', credit: 'authorised' }, of)

/** What a move of a payment enters: the provider's promise, its keeping, or its end. */
export const postingsOfMove = (
  from: PaymentStatus,
  { status, amount }: Pick<Payment, 'status' | 'amount'>,
): readonly Posting[] => {
  if (amount === undefined) return []
  const promised = from === 'pending'
  if (status === 'pending') return authorise(amount)
  if (status === 'captured') return [...(promised ? [] : authorise(amount)), ...capture(amount)]
  return promised ? release(amount) : []
}

/** Money that was taken after the payment had ended: nothing is promised any more, and its end stands. */
export const postingsOfLateCapture = (of: Money): readonly Posting[] =>
  posting('late', { debit: 'captured', credit: 'clearing' }, of)

/** @throws RefundExceedsCapture: what is given back is never more than what was taken */
export const postingsOfRefund = (
  balances: Balances,
  refund: { readonly id: string; readonly amount: Money },
): readonly Posting[] => {
  const { id, amount } = refund
  if (balances.refunded + amount.amount > balances.captured) throw new RefundExceedsCapture()
  return posting(`refund:${id}`, { debit: 'clearing', credit: 'refunded' }, amount)
}

export const postingsOfDispute = (id: string, amount: Money): readonly Posting[] =>
  posting(`dispute:${id}`, { debit: 'clearing', credit: 'disputed' }, amount)

/** A dispute that was won. Entered with the dispute itself, which may not have been heard of. */
export const postingsOfReinstatement = (id: string, amount: Money): readonly Posting[] =>
  posting(`reinstate:${id}`, { debit: 'disputed', credit: 'clearing' }, amount)

/** Debits less credits of one account. */
const net = (entries: readonly Entry[], account?: Account): bigint =>
  entries
    .filter((entry) => account === undefined || entry.account === account)
    .reduce((sum, { side, amount }) => sum + (side === 'debit' ? amount : -amount), 0n)

/** Sums entries of one payment; several of one account and side may have been summed before. */
export const balancesOf = (entries: readonly Entry[]): Balances => ({
  authorised: net(entries, 'authorised'),
  captured: net(entries, 'captured'),
  refunded: -net(entries, 'refunded'),
  disputed: -net(entries, 'disputed'),
  imbalance: net(entries),
})
