import type { Clock, Ids } from '@micromart/kernel'
import type {
  Charge,
  LedgerEntry,
  LedgerSum,
  NewCharge,
  Refund,
  RefundRequest,
  Step,
} from './charge.ts'
import type { ArmedFault, Fault, Target } from './fault.ts'
import type { DueNotice } from './notice.ts'

export type Charges = {
  readonly find: (key: string) => Promise<Charge | undefined>
  readonly findById: (id: string) => Promise<Charge | undefined>
  /** The charge of a reference that took money, with what of it has not gone back. */
  readonly taken: (
    reference: string,
  ) => Promise<{ readonly chargeId: string; readonly kept: bigint } | undefined>
  /** Keeps the first charge of a key, with its ledger entry; answers the one that is kept and whether it is new. */
  readonly settle: (
    charge: NewCharge,
  ) => Promise<{ readonly charge: Charge; readonly fresh: boolean }>
  /** Takes a step with a charge that is locked: its end, ledger entry and notice are one transaction. */
  readonly take: (key: string, step: Step) => Promise<Charge | undefined>
  /** Leaves a tombstone, unless the key is known; answers what the key stands for now. */
  readonly entomb: (key: string) => Promise<Charge>
  /** Keys of charges whose time is over. */
  readonly due: (limit: number) => Promise<readonly string[]>
  /** Whether this is the first failure of the key. */
  readonly failOnce: (key: string) => Promise<boolean>
}

export type Refunds = {
  /** @throws RefundExceedsCharge, RefundRefused, IdempotencyMismatch */
  readonly refund: (request: RefundRequest) => Promise<Refund>
}

export type Ledger = {
  readonly after: (seq: bigint, limit: number) => Promise<readonly LedgerEntry[]>
  /** By reference, bytewise ascending. */
  readonly sumsAfter: (reference: string, limit: number) => Promise<readonly LedgerSum[]>
}

export type Notices = {
  /** Takes those that are due; nobody else gets them for half a minute. */
  readonly takeDue: (limit: number) => Promise<readonly DueNotice[]>
  readonly delivered: (id: string) => Promise<void>
  /** Undefined: no more attempts. */
  readonly retryAt: (id: string, at: Date | undefined) => Promise<void>
  /** Tells again of every charge whose money has moved since. @returns how many notices that makes */
  readonly again: (since: Date) => Promise<number>
  /** Forgets what was delivered before. */
  readonly prune: (before: Date) => Promise<void>
}

/** Faults that wait for a request; they are gone when the process is. */
export type Faults = {
  readonly arm: (fault: Fault) => ArmedFault
  readonly list: () => readonly ArmedFault[]
  readonly disarm: () => void
  /** Whether any waits for that operation. */
  readonly waitFor: (operation: Target['operation']) => boolean
  /** The fault that hits a request, which counts as fired. */
  readonly hit: (target: Target) => ArmedFault | undefined
}

type Waits = {
  readonly slow: () => Promise<void>
  /** Longer than any caller's patience. */
  readonly silent: () => Promise<void>
}

/** How long a charge waits, in ms. */
export type Delays = { readonly settleMs: number; readonly actionMs: number }

export type Ports = {
  readonly charges: Charges
  readonly refunds: Refunds
  readonly ledger: Ledger
  readonly notices: Notices
  /** Sends a signed notice to the merchant. @returns whether it was taken (2xx) */
  readonly tell: (body: string) => Promise<boolean>
  readonly faults: Faults
  readonly waits: Waits
  readonly delays: Delays
  readonly clock: Clock
  readonly ids: Ids
  readonly fingerprint: (request: object) => string
}
