/** What one service has erased, and what of it stays. Nothing in it is the person's. */
export type ErasurePart = {
  /** App id. */
  readonly app: string
  readonly at: Date
  readonly erased: readonly { readonly kind: string; readonly count: number }[]
  readonly kept: readonly string[]
  /** SHA-256, hex, of the ids of the records, in bytewise order, each with a line feed. */
  readonly digest: string
}

/** A proof that it was done, signed by the shop. */
export type Receipt = {
  /** JWS, compact. */
  readonly jws: string
  /** JSON text of the public JWK that verifies it: signing keys go, a receipt stays. */
  readonly key: string
}

export type Erasure = {
  readonly id: string
  readonly accountId: string
  readonly requestedAt: Date
  /** Undefined while a part is missing. */
  readonly completedAt: Date | undefined
  readonly parts: readonly ErasurePart[]
  readonly receipt: Receipt | undefined
}

/** How long receipts are kept: as long as anybody may ask whether it was done. */
export const receiptYears = 3

const second = 1_000
const longestPauseMs = 600 * second

/** The pause before the other services are asked again: it doubles from two seconds to ten minutes. */
export const pauseMs = (tries: number): number =>
  Math.min(longestPauseMs, 2 * second * 2 ** Math.min(tries, 20))

/** The text whose SHA-256 is a part's digest. */
export const digested = (ids: readonly string[]): string =>
  ids
    .toSorted()
    .map((id) => `${id}\n`)
    .join('')
