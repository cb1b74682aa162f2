import { type Money, money } from '@micromart/kernel'
import type { ChargeAnswer } from './provider.ts'
import { AmountMismatch, IllegalMove } from './errors.ts'

/** `charging`: the provider was asked, and what it did is not known here yet. */
export type PaymentStatus = 'open' | 'charging' | 'captured' | 'declined' | 'cancelled'

/** The one payment of an order. */
export type Payment = {
  readonly id: string
  readonly orderId: string
  readonly status: PaymentStatus
  /** Grows by one with each move; a save names the one that it read. */
  readonly version: number
  /** Frozen when the charge starts. */
  readonly amount: Money | undefined
  /** Confirmed refunds, minor units. */
  readonly refunded: bigint
  /** The provider's name for the charge. */
  readonly chargeId: string | undefined
  readonly declineCode: string | undefined
  readonly updatedAt: Date
}

const moves: Readonly<Record<PaymentStatus, readonly PaymentStatus[]>> = {
  open: ['charging', 'cancelled'],
  charging: ['captured', 'declined', 'cancelled'],
  captured: [],
  declined: [],
  cancelled: [],
}

type Changes = Partial<Pick<Payment, 'amount' | 'chargeId' | 'declineCode'>>

/** @throws IllegalMove */
const move = (payment: Payment, to: PaymentStatus, now: Date, changes: Changes = {}): Payment => {
  if (!moves[payment.status].includes(to)) throw new IllegalMove(payment.status, to)
  return { ...payment, ...changes, status: to, version: payment.version + 1, updatedAt: now }
}

export const newPayment = (id: string, orderId: string, now: Date): Payment => ({
  id,
  orderId,
  status: 'open',
  version: 1,
  amount: undefined,
  refunded: 0n,
  chargeId: undefined,
  declineCode: undefined,
  updatedAt: now,
})

/** Made by the row, never at call time: a repeat after a crash, by any process, is the same charge to the provider. */
export const providerKey = ({ id }: Pick<Payment, 'id'>): string => `payment-${id}`

export const refundKey = (refundId: string): string => `refund-${refundId}`

export const startCharge = (payment: Payment, amount: Money, now: Date): Payment =>
  move(payment, 'charging', now, { amount })

export const cancelled = (payment: Payment, now: Date): Payment => move(payment, 'cancelled', now)

/** A payment after the provider's answer; unchanged while the outcome is unknown. */
export const settledBy = (payment: Payment, answer: ChargeAnswer, now: Date): Payment => {
  switch (answer.status) {
    case 'captured':
      return move(payment, 'captured', now, { chargeId: answer.chargeId })
    case 'declined':
      return move(payment, 'declined', now, { declineCode: answer.code })
    case 'cancelled':
      return move(payment, 'cancelled', now)
    default: // unknown, never_made
      return payment
  }
}

/** A repeat must mean the same charge. @throws AmountMismatch */
export const requireAmount = (payment: Payment, { amount, currency }: Money): void => {
  const charged = payment.amount
  if (charged?.amount !== amount || charged.currency !== currency) throw new AmountMismatch()
}

/** Confirmed refunds as money; nothing before a charge gave the currency. */
export const refundedMoney = ({ amount, refunded }: Payment): Money | undefined =>
  amount && money(refunded, amount.currency)
