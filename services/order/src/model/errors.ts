import { DomainError, type Money } from '@micromart/kernel'
import type { Shortage } from './stock.ts'

/** Nothing to buy: no cart, no lines, or all of them already bought by this cart's other orders. */
export class CartEmpty extends DomainError {
  override readonly name = 'CartEmpty'

  constructor() {
    super('precondition', 'cart_empty')
  }
}

/** This version of the cart is already an order, placed with another key. */
export class CartCheckedOut extends DomainError {
  override readonly name = 'CartCheckedOut'

  constructor(orderId: string) {
    super('already_exists', 'cart_checked_out', { orderId })
  }
}

/** The member's newest orders all wait for a payment, and keep goods from others: one has to be paid, or end. */
export class TooManyOpenOrders extends DomainError {
  override readonly name = 'TooManyOpenOrders'

  constructor(limit: number) {
    super('precondition', 'too_many_open_orders', { limit: String(limit) })
  }
}

/** Shown numbers stop here (contract.md): how much the shop has is not everybody's business. */
const most = 99

/**
 * Stock was refused: the order is REJECTED, nothing was charged. Source: product.HoldStock.
 * Params: `shortages`, JSON of [{sku, available}]; `skus`, the short ones, comma separated; `available` when it is one.
 */
export class OutOfStock extends DomainError {
  override readonly name = 'OutOfStock'

  constructor(shortages: readonly Shortage[]) {
    const shown = shortages.map(({ sku, available }) => ({
      sku,
      available: Math.min(available, most),
    }))
    const [first, ...more] = shown
    super('precondition', 'out_of_stock', {
      skus: shown.map(({ sku }) => sku).join(','),
      shortages: JSON.stringify(shown),
      ...(first && more.length === 0 && { available: String(first.available) }),
    })
  }
}

/** A refund of this much and no more can be given, minor units in `refundable`. */
export class RefundExceedsPaid extends DomainError {
  override readonly name = 'RefundExceedsPaid'

  constructor({ amount, currency }: Money) {
    super('precondition', 'refund_exceeds_paid', { refundable: amount.toString(), currency })
  }
}

/** So many units of this sku, `refundable`, can still be refunded. */
export class RefundExceedsLine extends DomainError {
  override readonly name = 'RefundExceedsLine'

  constructor(sku: string, refundable: number) {
    super('precondition', 'refund_exceeds_line', { sku, refundable: String(refundable) })
  }
}

/** Another refund of the order is on its way: one at a time. */
export class RefundInProgress extends DomainError {
  override readonly name = 'RefundInProgress'

  constructor() {
    super('conflict', 'refund_in_progress')
  }
}

/** Nothing waits for the shopper, and nothing ever did. */
export class PaymentNotWaiting extends DomainError {
  override readonly name = 'PaymentNotWaiting'

  constructor() {
    super('precondition', 'payment_not_waiting')
  }
}

/** The goods have not left the shelf's books yet: seconds after the payment they have. Nothing final: a key does not keep it. */
export class StockNotClaimed extends DomainError {
  override readonly name = 'StockNotClaimed'

  constructor() {
    super('conflict', 'stock_not_claimed')
  }
}

/** The shopper saw another total: nothing is held, and the key is free. `total` in minor units. */
export class PriceChanged extends DomainError {
  override readonly name = 'PriceChanged'

  constructor(total: Money) {
    super('conflict', 'price_changed', {
      total: total.amount.toString(),
      currency: total.currency,
    })
  }
}

/** The payment service took no part: nothing is held, and the key is free. */
export class PaymentUnavailable extends DomainError {
  override readonly name = 'PaymentUnavailable'

  constructor(cause: unknown) {
    super('unavailable', 'payment_unavailable', {}, { cause })
  }
}

/** The key was used with another request body. */
export class IdempotencyMismatch extends DomainError {
  override readonly name = 'IdempotencyMismatch'

  constructor() {
    super('precondition', 'idempotency_mismatch')
  }
}

/** The first request with this key still runs: repeat it a little later. */
export class IdempotencyInProgress extends DomainError {
  override readonly name = 'IdempotencyInProgress'

  constructor() {
    super('conflict', 'idempotency_in_progress')
  }
}

/** No such order, or not one that the caller may know of. */
export class OrderNotFound extends DomainError {
  override readonly name = 'OrderNotFound'

  constructor() {
    super('not_found', 'order_not_found')
  }
}

/** The account is gone; only its last access token still works for some minutes. */
export class AccountErased extends DomainError {
  override readonly name = 'AccountErased'

  constructor() {
    super('unauthenticated', 'authentication_required')
  }
}

/** A move that the table in status.ts does not list. */
export class IllegalMove extends DomainError {
  override readonly name = 'IllegalMove'

  constructor(from: string, to: string) {
    super('precondition', 'illegal_move', { from, to })
  }
}

const wrongField = (path: string, code: string, message: string): DomainError =>
  new DomainError('invalid', 'validation_failed', {}, { fields: [{ path, code, message }] })

export const fieldMissing = (path: string, message: string): DomainError =>
  wrongField(path, 'required', message)

export const fieldInvalid = (path: string, message: string): DomainError =>
  wrongField(path, 'invalid', message)
