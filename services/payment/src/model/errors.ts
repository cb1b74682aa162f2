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

/** A card's number came where a token belongs; it was neither kept nor passed on. */
export class CardNumberRefused extends DomainError {
  override readonly name = 'CardNumberRefused'

  constructor() {
    const message = 'must be a token of the payment provider, never a card number'
    const fields = [{ path: '/token', code: 'card_number_refused', message }]
    super('invalid', 'card_number_refused', {}, { fields })
  }
}

/** Notices of that provider are not expected here. */
export class ProviderNotFound extends DomainError {
  override readonly name = 'ProviderNotFound'

  constructor() {
    super('not_found', 'provider_not_found')
  }
}

/** A notice that is not signed by the provider, or too long ago. */
export class SignatureInvalid extends DomainError {
  override readonly name = 'SignatureInvalid'

  /** For the log: `missing`, `mismatch` or `outside_tolerance`. */
  readonly reason: string

  constructor(reason: string) {
    super('invalid', 'signature_invalid')
    this.reason = reason
  }
}

/** A notice with a good signature that can't be read. */
export class NoticeInvalid extends DomainError {
  override readonly name = 'NoticeInvalid'

  constructor() {
    super('invalid', 'webhook_invalid')
  }
}

/** It may be about a payment whose charge is not known by its id yet: the provider must send it again. */
export class NoticeTooEarly extends DomainError {
  override readonly name = 'NoticeTooEarly'

  constructor() {
    super('unavailable', 'dependency_unavailable')
  }
}
