import type { Money } from '@micromart/kernel'

/** `refused`: the provider will not pay it back, asking again is useless; what it had reserved is free again. */
export type RefundStatus = 'pending' | 'refunded' | 'refused'

export type Refund = {
  /** Chosen by the order service: the key of its repeats. */
  readonly id: string
  readonly paymentId: string
  readonly amount: Money
  readonly status: RefundStatus
}

const prefix = 'refund-'

/** The provider's key, made of the refund's id. */
export const refundKey = (refundId: string): string => prefix + refundId

/** The refund that a key of ours stands for. */
export const refundIdOf = (key: string): string | undefined =>
  key.startsWith(prefix) ? key.slice(prefix.length) : undefined
