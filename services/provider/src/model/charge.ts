import type { Money } from '@micromart/kernel'

/** `cancelled` stands for a charge that was cancelled before it came, or before it ended. */
export type DeclineCode =
  | 'card_declined'
  | 'insufficient_funds'
  | 'invalid_token'
  | 'authentication_failed'
  | 'authentication_expired'
  | 'cancelled'

/** How a charge ends. */
export type End =
  | { readonly status: 'succeeded' }
  | { readonly status: 'declined'; readonly declineCode: DeclineCode }

/** A charge on its way: what becomes of it is set by its token. */
type UnderWay =
  /** Settles by itself. */
  | { readonly status: 'pending'; readonly dueAt: Date; readonly next: End }
  /** Waits for the card's holder until it expires. `next` undefined: whatever the holder does, the bank says nothing. */
  | { readonly status: 'requires_action'; readonly dueAt: Date; readonly next: End | undefined }

/** Declined, so the merchant is told; the bank takes the money all the same, a little later. */
type Reversed = {
  readonly status: 'declined'
  readonly declineCode: DeclineCode
  readonly dueAt: Date
  readonly next: End
}

export type Outcome = End | UnderWay | Reversed

/** A charge as it is remembered. The token is not; a hash of the request tells repeats from mistakes. */
export type Charge = {
  readonly id: string
  /** The caller's idempotency key: one charge per key. */
  readonly key: string
  readonly outcome: Outcome
  /** Undefined for a key that was cancelled before its charge came. */
  readonly amount: Money | undefined
  readonly reference: string | undefined
  readonly fingerprint: string | undefined
}

export type ChargeRequest = {
  readonly key: string
  readonly amount: Money
  readonly token: string
  /** The merchant's order id. */
  readonly reference: string
}

export type NewCharge = Omit<ChargeRequest, 'token'> & {
  readonly fingerprint: string
  readonly outcome: Outcome
  /** Its refunds are refused. */
  readonly keepsMoney: boolean
}

const declined = (declineCode: DeclineCode): End => ({ status: 'declined', declineCode })

/** What a step makes of a charge; undefined: it stays as it is. */
export type Step = (charge: Charge, now: Date) => End | undefined

/** What time does: a pending charge settles, a decline is reversed, one whose holder never came is declined. */
export const whenDue: Step = ({ outcome }, now) => {
  if (!('dueAt' in outcome) || outcome.dueAt > now) return undefined
  return outcome.status === 'requires_action' ? declined('authentication_expired') : outcome.next
}

/** The holder has authenticated, or the merchant goes on as if. */
export const whenConfirmed: Step = (charge, now) => {
  const { outcome } = charge
  return whenDue(charge, now) ?? (outcome.status === 'requires_action' ? outcome.next : undefined)
}

/** The holder says that it is not theirs. */
export const whenRefused: Step = (charge, now) => {
  const waits = charge.outcome.status === 'requires_action'
  return whenDue(charge, now) ?? (waits ? declined('authentication_failed') : undefined)
}

export const whenCancelled: Step = ({ outcome }) =>
  outcome.status === 'pending' || outcome.status === 'requires_action'
    ? declined('cancelled')
    : undefined

/** What somebody gives back at the provider's own desk: by the merchant's reference, all that is left unless said. */
export type DeskRefund = { readonly reference: string; readonly amount: bigint | undefined }

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

/** The ledger's sums of one reference. */
export type LedgerSum = {
  readonly reference: string
  readonly currency: string
  readonly captured: bigint
  readonly refunded: bigint
  readonly captures: number
  readonly updatedAt: Date
}
