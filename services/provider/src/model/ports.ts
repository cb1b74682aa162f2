import type { Clock, Ids } from '@micromart/kernel'
import type { Charge, LedgerEntry, NewCharge, Refund, RefundRequest } from './charge.ts'

export type Charges = {
  readonly find: (key: string) => Promise<Charge | undefined>
  /** Keeps the first charge of a key, with its ledger entry; answers the one that is kept and whether it is new. */
  readonly settle: (
    charge: NewCharge,
  ) => Promise<{ readonly charge: Charge; readonly fresh: boolean }>
  /** Leaves a tombstone, unless the key is known; answers what the key stands for now. */
  readonly cancel: (key: string) => Promise<Charge>
  /** Whether this is the first failure of the key. */
  readonly failOnce: (key: string) => Promise<boolean>
}

export type Refunds = {
  /** @throws RefundExceedsCharge, IdempotencyMismatch */
  readonly refund: (request: RefundRequest) => Promise<Refund>
}

export type Ledger = {
  readonly after: (seq: bigint, limit: number) => Promise<readonly LedgerEntry[]>
}

type Waits = {
  readonly slow: () => Promise<void>
  /** Longer than any caller's patience. */
  readonly silent: () => Promise<void>
}

export type Ports = {
  readonly charges: Charges
  readonly refunds: Refunds
  readonly ledger: Ledger
  readonly waits: Waits
  readonly clock: Clock
  readonly ids: Ids
  readonly fingerprint: (request: object) => string
}
