import { type Money, money } from '@micromart/kernel'
import type { ChargeAnswer, NextAction } from './charge-answer.ts'
import { AmountMismatch, IllegalMove } from './errors.ts'

/**
 * `charging`: the provider was asked, and what it did is not known here yet. `pending`: it has the charge and settles later.
 * `requires_action`: the shopper must authenticate first.
 */
export type PaymentStatus =
  'open' | 'charging' | 'pending' | 'requires_action' | 'captured' | 'declined' | 'cancelled'

/** The one payment of an order. */
export type Payment = {
  readonly id: string
  readonly orderId: string
  /** Name of the provider that is asked for it. */
  readonly provider: string
  readonly status: PaymentStatus
  /** Grows by one with each move; a save names the one that it read. */
  readonly version: number
  /** Frozen when the charge starts. */
  readonly amount: Money | undefined
  /** Confirmed refunds, minor units. */
  readonly refunded: bigint
  /** The provider's name for the charge, from when it is known. */
  readonly chargeId: string | undefined
  /** While it `requires_action`. */
  readonly nextAction: NextAction | undefined
  readonly declineCode: string | undefined
  readonly updatedAt: Date
}

/** `open -> captured`: an order that costs nothing is paid without asking anybody. */
const moves: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  open: ['charging', 'captured', 'cancelled'],
  charging: ['pending', 'requires_action', 'captured', 'declined', 'cancelled'],
  pending: ['captured', 'declined', 'cancelled'],
  requires_action: ['pending', 'captured', 'declined', 'cancelled'],
  captured: [],
  declined: [],
  cancelled: [],
}

type Changes = Partial<Pick<Payment, 'amount' | 'chargeId' | 'declineCode' | 'nextAction'>>

const move = (payment: Payment, to: PaymentStatus, now: Date, changes: Changes = {}): Payment => {
  if (!moves[payment.status].includes(to)) throw new IllegalMove(payment.status, to)
  const version = payment.version + 1
  return { ...payment, nextAction: undefined, ...changes, status: to, version, updatedAt: now }
}

export type NewPayment = Pick<Payment, 'id' | 'orderId' | 'provider'>

export const newPayment = (of: NewPayment, now: Date): Payment => ({
  ...of,
  status: 'open',
  version: 1,
  amount: undefined,
  refunded: 0n,
  chargeId: undefined,
  nextAction: undefined,
  declineCode: undefined,
  updatedAt: now,
})

/** Made by the row, never at call time: a repeat after a crash, by any process, is the same charge to the provider. */
export const providerKey = ({ id }: Pick<Payment, 'id'>): string => `payment-${id}`

/** The provider was asked and the end is not known: only asking again, or a notice of the provider, tells. */
export const isUnderWay = ({ status }: Payment): boolean =>
  status === 'charging' || status === 'pending' || status === 'requires_action'

export const hasEnded = ({ status }: Payment): boolean => moves[status].length === 0

/** No money was taken, as far as the shop knows. */
export const cameToNothing = ({ status }: Payment): boolean =>
  status === 'declined' || status === 'cancelled'

/** @throws IllegalMove */
export const startCharge = (payment: Payment, amount: Money, now: Date): Payment =>
  move(payment, 'charging', now, { amount })

/** Paid without the provider, which takes no charge of nothing. @throws IllegalMove */
export const captureNothing = (payment: Payment, amount: Money, now: Date): Payment =>
  move(payment, 'captured', now, { amount })

/** @throws IllegalMove */
export const cancelled = (payment: Payment, now: Date): Payment => move(payment, 'cancelled', now)

/** Money came although the payment had ended. The end stands: the row names the charge, the ledger what it took. */
export const capturedLate = (payment: Payment, chargeId: string, now: Date): Payment => ({
  ...payment,
  chargeId,
  version: payment.version + 1,
  updatedAt: now,
})

const changesBy = (answer: ChargeAnswer, { chargeId: known }: Payment): Changes => {
  switch (answer.status) {
    case 'captured':
    case 'pending':
      return { chargeId: answer.chargeId }
    case 'requires_action':
      return { chargeId: answer.chargeId, nextAction: answer.nextAction }
    case 'declined':
      return { chargeId: known, declineCode: answer.code }
    default:
      return { chargeId: known }
  }
}

/**
 * A payment after the provider's answer; unchanged while the outcome is unknown, or where the answer says what is known.
 * @throws IllegalMove
 */
export const settledBy = (payment: Payment, answer: ChargeAnswer, now: Date): Payment => {
  const { status } = answer
  if (status === 'unknown' || status === 'never_made') return payment
  if (isUnderWay(payment) && status === payment.status) return payment
  return move(payment, status, now, changesBy(answer, payment))
}

/** Whether an answer has still something to tell: notices come late, twice and out of order. */
export const isNews = (payment: Payment, { status }: ChargeAnswer): boolean =>
  status !== 'unknown' &&
  status !== 'never_made' &&
  isUnderWay(payment) &&
  moves[payment.status].includes(status)

/** A repeat must mean the same charge. @throws AmountMismatch */
export const requireAmount = (payment: Payment, { amount, currency }: Money): void => {
  const charged = payment.amount
  if (charged?.amount !== amount || charged.currency !== currency) throw new AmountMismatch()
}

/** Confirmed refunds as money; nothing before a charge gave the currency. */
export const refundedMoney = ({ amount, refunded }: Payment): Money | undefined =>
  amount && money(refunded, amount.currency)
