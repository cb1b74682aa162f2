import { DomainError } from '@micromart/kernel'

/** A key came again with another request. */
export class IdempotencyMismatch extends DomainError {
  override readonly name = 'IdempotencyMismatch'

  constructor() {
    super('precondition', 'idempotency_mismatch')
  }
}

/** No charge was made or cancelled under that key. */
export class KeyUnknown extends DomainError {
  override readonly name = 'KeyUnknown'

  constructor() {
    super('not_found', 'key_unknown')
  }
}

/** The refunds of a charge would exceed it, or it never succeeded. */
export class RefundExceedsCharge extends DomainError {
  override readonly name = 'RefundExceedsCharge'

  constructor() {
    super('precondition', 'refund_exceeds_charge')
  }
}

/** The charge's token, or a fault that was armed, says that its money stays. */
export class RefundRefused extends DomainError {
  override readonly name = 'RefundRefused'

  constructor() {
    super('precondition', 'refund_refused')
  }
}

/** No charge has that id. */
export class ChargeUnknown extends DomainError {
  override readonly name = 'ChargeUnknown'

  constructor() {
    super('not_found', 'charge_unknown')
  }
}

/** What `tok_error`, or a fault that was armed, asks for. */
export class SimulatedFault extends DomainError {
  override readonly name = 'SimulatedFault'

  constructor() {
    super('internal', 'simulated_fault')
  }
}
