import { IllegalMove } from './errors.ts'

/** Where an order stands. The table below is the whole of its life; contract.md, 'Order states'. */
export type OrderStatus =
  | 'PENDING'
  | 'PAYMENT_PENDING'
  | 'PAID'
  | 'REJECTED'
  | 'FAILED'
  | 'SHIPPED'
  | 'DELIVERED'
  | 'CANCELLED'
  | 'REFUNDED'

/** Where its money stands; not derived from the status: a cancelled order may still owe its refund. */
export type PaymentStatus =
  | 'none'
  | 'pending'
  | 'requires_action'
  | 'paid'
  | 'declined'
  | 'cancelled'
  | 'refund_pending'
  | 'partially_refunded'
  | 'refunded'
  | 'refund_refused'

export const moves: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PENDING: ['PAYMENT_PENDING', 'PAID', 'REJECTED', 'FAILED'],
  PAYMENT_PENDING: ['PAID', 'FAILED'],
  PAID: ['SHIPPED', 'CANCELLED'],
  SHIPPED: ['DELIVERED', 'REFUNDED'],
  DELIVERED: ['REFUNDED'],
  REJECTED: [],
  FAILED: [],
  CANCELLED: [],
  REFUNDED: [],
}

export const orderStatuses = Object.keys(moves) as readonly OrderStatus[]

/** Nothing follows: no way leads out of it. */
export const isLast = (status: OrderStatus): boolean => moves[status].length === 0

/** The order came to nothing: its cart may be checked out again, its stock belongs to the shelf. */
export const cameToNothing = (status: OrderStatus): boolean =>
  status === 'REJECTED' || status === 'FAILED' || status === 'CANCELLED'

/**
 * The one way an order changes its status.
 * @throws IllegalMove when the table does not list it
 */
export const move = <T extends { readonly status: OrderStatus }>(
  order: T,
  to: OrderStatus,
): T & { readonly status: OrderStatus } => {
  if (!moves[order.status].includes(to)) throw new IllegalMove(order.status, to)
  return { ...order, status: to }
}
