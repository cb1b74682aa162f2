import { DomainError, money } from '@micromart/kernel'
import { IdempotencyMismatch } from './errors.ts'
import type { Order } from './order.ts'
import type { OrderStatus, PaymentStatus } from './status.ts'

/** Whose key: `member:<user id>` or `guest:<SHA-256 of the cart token>`. */
export type Principal = `member:${string}` | `guest:${string}`

/** A client's Idempotency-Key within its principal. */
export type KeyRef = { readonly principal: Principal; readonly key: string }

/**
 * A final answer. An order's is what changes of it later; the rest is read from its rows, which never
 * change, so that a replay is byte for byte the first answer and personal data stands in one place.
 */
export type Frozen =
  | {
      readonly answer: 'order'
      readonly status: OrderStatus
      readonly paymentStatus: PaymentStatus
      /** RFC 3339. */
      readonly updatedAt: string
    }
  | { readonly answer: 'out_of_stock'; readonly params: Readonly<Record<string, string>> }

/** A key's row: bound to the one order that it made. */
export type KeyRow = {
  readonly orderId: string
  readonly fingerprint: string
  /** Trace of the first request: a replayed problem names it again. */
  readonly traceId: string | undefined
  /** The attempt that works on the order; a crashed one leaves it behind. */
  readonly lockedUntil: Date | undefined
  readonly frozen: Frozen | undefined
}

/** What a change of the order does to its key: answers for good, lets another attempt in, or forgets. */
export type KeyEffect =
  | { readonly effect: 'freeze'; readonly frozen: Frozen }
  | { readonly effect: 'unlock' }
  | { readonly effect: 'free' }

export const frozenOrder = ({ status, payment, updatedAt }: Order): Frozen => ({
  answer: 'order',
  status,
  paymentStatus: payment.status,
  updatedAt: updatedAt.toISOString(),
})

/** @throws IdempotencyMismatch when the key came with another body */
export const sameRequest = (row: KeyRow, fingerprint: string): KeyRow => {
  if (row.fingerprint !== fingerprint) throw new IdempotencyMismatch()
  return row
}

/**
 * The first answer again.
 * @throws DomainError the frozen refusal. Its params `replayed` and `traceId` are the gateway's, not the shopper's.
 */
export const answeredAgain = (order: Order, frozen: Frozen, traceId = ''): Order => {
  if (frozen.answer === 'out_of_stock') {
    const params = { ...frozen.params, replayed: 'true', traceId }
    throw new DomainError('precondition', 'out_of_stock', params)
  }
  return {
    ...order,
    status: frozen.status,
    payment: { ...order.payment, status: frozen.paymentStatus },
    refunded: money(0n, order.totals.total.currency),
    shipment: { carrier: undefined, trackingCode: undefined },
    updatedAt: new Date(frozen.updatedAt),
  }
}
