import type { Money } from '@micromart/kernel'

/** `refused`: the provider will not pay it back, asking again is useless; what it had reserved is free again. */
export type RefundStatus = 'pending' | 'refunded' | 'refused'

/**
 * Who wants it. `order`: the order service. `desk`: somebody gave it back at the provider's own desk. `late`: this service, for
 * money that came after its payment had ended.
 */
export type RefundOrigin = 'order' | 'desk' | 'late'

export type Refund = {
  /** Chosen by who wants it: the key of its repeats. */
  readonly id: string
  readonly paymentId: string
  readonly amount: Money
  readonly status: RefundStatus
  readonly origin: RefundOrigin
}

/** A refund that no order asked for, as the order service is told of it. */
export type ForeignRefund = Pick<Refund, 'id' | 'amount'> & {
  readonly orderId: string
  readonly origin: Exclude<RefundOrigin, 'order'>
  readonly bookedAt: Date
}

/** Where a reader of foreign refunds has come to. */
export type ForeignMark = { readonly bookedAt: Date; readonly id: string }

const prefix = 'refund-'

/** The provider's key, made of the refund's id. */
export const refundKey = (refundId: string): string => prefix + refundId

/** The refund that a key of ours stands for. */
export const refundIdOf = (key: string): string | undefined =>
  key.startsWith(prefix) ? key.slice(prefix.length) : undefined
