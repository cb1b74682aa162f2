import { DomainError } from '@micromart/kernel'

/** CancelPayment came first: this order is never charged. */
export class PaymentCancelled extends DomainError {
  override readonly name = 'PaymentCancelled'

  constructor() {
    super('precondition', 'payment_cancelled')
  }
}

/** A repeated charge or refund names another amount than the first. */
export class AmountMismatch extends DomainError {
  override readonly name = 'AmountMismatch'

  constructor() {
    super('invalid', 'amount_mismatch')
  }
}

/** The order has no payment. */
export class PaymentNotFound extends DomainError {
  override readonly name = 'PaymentNotFound'

  constructor() {
    super('not_found', 'payment_not_found')
  }
}

/** The refunds of a payment would exceed what was captured. */
export class RefundExceedsCapture extends DomainError {
  override readonly name = 'RefundExceedsCapture'

  constructor() {
    super('precondition', 'refund_exceeds_capture')
  }
}

/** The provider fails; nothing was opened, nothing will be charged. */
export class ProviderUnavailable extends DomainError {
  override readonly name = 'ProviderUnavailable'

  constructor() {
    super('unavailable', 'provider_unavailable')
  }
}

/** A move that the table in payment.ts does not list. */
export class IllegalMove extends DomainError {
  override readonly name = 'IllegalMove'

  constructor(from: string, to: string) {
    super('precondition', 'illegal_move', { from, to })
  }
}
