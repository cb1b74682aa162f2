import type { Money } from '@micromart/kernel'

/** `cancelled` stands for a charge that was cancelled before it came. */
export type DeclineCode = 'card_declined' | 'insufficient_funds' | 'invalid_token' | 'cancelled'

export type Outcome =
  | { readonly status: 'succeeded' }
  | { readonly status: 'declined'; readonly declineCode: DeclineCode }

/** A charge as it is remembered. The token is not; a hash of the request tells repeats from mistakes. */
export type Charge = {
  readonly id: string
  /** The caller's idempotency key: one charge per key. */
  readonly key: string
  readonly outcome: Outcome
  /** Undefined for a key that was cancelled before its charge came. */
  readonly amount: Money | undefined
  readonly fingerprint: string | undefined
}

export type ChargeRequest = {
  readonly key: string
  readonly amount: Money
  readonly token: string
  /** The merchant's order id. */
  readonly reference: string
}

export type NewCharge = {
  readonly key: string
  readonly amount: Money
  readonly reference: string
  readonly fingerprint: string
  readonly outcome: Outcome
}

export type RefundRequest = {
  readonly key: string
  readonly chargeId: string
  /** Minor units of the charge's currency. */
  readonly amount: bigint
}

export type Refund = { readonly id: string; readonly chargeId: string; readonly amount: Money }

/** One movement of money; the ledger only grows. */
export type LedgerEntry = {
  readonly seq: bigint
  readonly kind: 'capture' | 'refund'
  readonly chargeId: string
  /** Of the charge or the refund. */
  readonly key: string
  readonly reference: string
  readonly amount: Money
  readonly at: Date
}
