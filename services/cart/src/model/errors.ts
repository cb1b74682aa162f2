import { DomainError } from '@micromart/kernel'
import { mostLines, mostUnits } from './cart.ts'

/** More was asked for than can be had. Params: `sku`, `available` (at most 99), in units. */
export class OutOfStock extends DomainError {
  override readonly name = 'OutOfStock'

  constructor(sku: string, available: number) {
    super('precondition', 'out_of_stock', { sku, available: String(available) })
  }
}

/** A new line in a cart that has 100. Params: `limit`. */
export class CartFull extends DomainError {
  override readonly name = 'CartFull'

  constructor() {
    super('precondition', 'cart_full', { limit: String(mostLines) })
  }
}

/** A line would exceed 99 units. Params: `sku`, `limit`. */
export class LineFull extends DomainError {
  override readonly name = 'LineFull'

  constructor(sku: string) {
    super('precondition', 'line_full', { sku, limit: String(mostUnits) })
  }
}

/** The shop does not sell this. Params: `sku`. */
export class SkuNotFound extends DomainError {
  override readonly name = 'SkuNotFound'

  constructor(sku: string) {
    super('not_found', 'sku_not_found', { sku })
  }
}

/** The cart has no such line. Params: `sku`. */
export class LineNotFound extends DomainError {
  override readonly name = 'LineNotFound'

  constructor(sku: string) {
    super('not_found', 'line_not_found', { sku })
  }
}

/** A quantity that is no whole number from `least` to 99. */
export class QuantityInvalid extends DomainError {
  override readonly name = 'QuantityInvalid'

  constructor(least: number) {
    const message = `is a whole number from ${least} to ${mostUnits}`
    const fields = [{ path: '/quantity', code: 'quantity_invalid', message }]
    super('invalid', 'quantity_invalid', {}, { fields })
  }
}

/** The account is erased; a token that lives on for minutes opens no cart any more. */
export class AccountErased extends DomainError {
  override readonly name = 'AccountErased'

  constructor() {
    super('unauthenticated', 'authentication_required')
  }
}

/** The cart was written by others each time we tried: nothing was changed, try again. */
export class CartBusy extends DomainError {
  override readonly name = 'CartBusy'

  constructor() {
    super('conflict', 'cart_busy')
  }
}
