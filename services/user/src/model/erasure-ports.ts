import type { Erasure, ErasurePart, Receipt } from './erasure.ts'

export type Erasures = {
  readonly byId: (id: string) => Promise<Erasure | undefined>
  /** Takes those that are due, and has them due again after their pause: replicas never take the same. */
  readonly takeDue: (at: Date, most: number) => Promise<readonly Erasure[]>
  /** Notes a part; the first note of an app stays. */
  readonly addPart: (id: string, part: ErasurePart) => Promise<void>
  /** Only the first receipt stays. */
  readonly complete: (id: string, receipt: Receipt, at: Date) => Promise<void>
  /** Deletes receipts that nobody can need any more. @returns how many */
  readonly prune: (now: Date) => Promise<number>
}

/** A service that holds something of a person. Source: PrivacyService. */
export type Custodian = {
  /** App id. */
  readonly app: string
  /** @returns undefined while something is under way there that must end first */
  readonly erase: (accountId: string) => Promise<Omit<ErasurePart, 'app' | 'at'> | undefined>
}

export type Receipts = {
  readonly sign: (erasure: Erasure, completedAt: Date) => Promise<Receipt>
  /** Opens the receipt of an erasure; made of its id, so that it is stored nowhere. */
  readonly tokenOf: (id: string) => string
  /** In constant time. */
  readonly opens: (id: string, token: string) => boolean
}
