import type { Balances, Posting } from './ledger.ts'
import type { Payment } from './payment.ts'
import type { Refund } from './refund.ts'

/** A payment with all that may change of it, locked. */
export type Account = {
  readonly payment: Payment
  readonly refunds: readonly Refund[]
  readonly balances: Balances
  /** The most that the provider has said to have given back in all, minor units. */
  readonly toldRefunded: bigint
}

/** What a notice changes; the repository writes it as it stands. */
export type Change = {
  readonly moved?: Payment
  /** A capture that came after the end, which stands: only the charge is named. */
  readonly late?: Payment
  /** Besides those of the move. Those that were entered before are not entered again. */
  readonly postings?: readonly Posting[]
  /** Refunds that got an outcome. */
  readonly ended?: readonly Refund[]
  /** A refund that no order asked for: made at the provider's desk, or owed for a late capture. */
  readonly foreign?: Refund
  /** See `Account`. */
  readonly toldRefunded?: bigint
  /** The provider tells of money that the books can't hold: nothing is written, a person must look. */
  readonly unbooked?: boolean
}

/** What news of a payment change; undefined: they are none. */
export type Heard = Change | undefined
