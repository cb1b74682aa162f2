const second = 1000

/**
 * How long each step may take before somebody else sees to it (contract.md, 'Times a client may count on').
 * All in milliseconds.
 */
export const limits = {
  /** A PENDING order without its attempt: PlaceOrder itself has 10 s. The sweeper comes within a second of it. */
  pending: 15 * second,
  /** However often it is resumed: with the sweeper's second it ends within the 20 s that a client may count on. */
  pendingAtMost: 19 * second,
  /** An attempt that holds its key longer has crashed. Above PlaceOrder's deadline, below `pending`. */
  attempt: 12 * second,
  /** A paid order whose claim right after the answer did not come through. */
  claim: 2 * second,
  /** A refund that did not come through right after it was asked for. */
  refund: 3 * second,
  /** How far a look at others' refunds goes back behind the one before. */
  refundOverlap: 10 * 60 * second,
  /** First question about an unknown payment. */
  firstAsk: second,
  /** How long product keeps the goods for an order, and when the sweeper asks for more. */
  hold: 15 * 60 * second,
  holdRenewal: 5 * 60 * second,
  /** An outcome that is unknown this long counts as none: the payment is cancelled. */
  paymentPending: 24 * 3600 * second,
  /** Longest pause between two looks of the sweeper: an outcome is final 15 s after it can be told. */
  sweepPause: 8 * second,
  /** What the caller of CancelOrder or RefundOrder waits for the money; then it goes on behind the answer. */
  refundPatience: 2 * second,
  /** How long one WatchOrder lasts at most; its caller comes back with the last `seq`. */
  watch: 3600 * second,
} as const

/** So many orders of one member may wait for a payment, each with goods held for it (S36). */
export const openOrdersAtMost = 20

export const after = (at: Date, milliseconds: number): Date => new Date(at.getTime() + milliseconds)
