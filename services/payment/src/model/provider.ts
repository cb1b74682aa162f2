import type { Money } from '@micromart/kernel'

/** What became of a charge. `unknown` is an answer: only asking again resolves it. */
export type ChargeAnswer =
  | { readonly status: 'captured'; readonly chargeId: string }
  | { readonly status: 'declined'; readonly code: string }
  | { readonly status: 'cancelled' }
  | { readonly status: 'unknown' }
  /** The provider is sure that it has not seen the key. */
  | { readonly status: 'never_made' }

export type ChargeOrder = {
  readonly key: string
  readonly orderId: string
  readonly amount: Money
  /** Passed on to the provider and kept nowhere. */
  readonly token: string
}

type RefundOrder = {
  readonly key: string
  readonly chargeId: string
  readonly amount: Money
}

/**
 * The other side of the money. No call throws for what the provider or the network does, and none goes on after `until`.
 * Two implementations: the provider over HTTP, and the tests' own.
 */
export type Provider = {
  /** Whether it is worth asking: false while the breaker is open. */
  readonly available: () => boolean
  readonly charge: (order: ChargeOrder, until: Date) => Promise<ChargeAnswer>
  readonly find: (key: string, until: Date) => Promise<ChargeAnswer>
  /** Afterwards a charge under this key can't succeed any more, or it has. */
  readonly cancel: (key: string, until: Date) => Promise<ChargeAnswer>
  readonly refund: (order: RefundOrder, until: Date) => Promise<'refunded' | 'refused' | 'unknown'>
}
