import { DomainError, type FieldError } from '@micromart/kernel'

export class ProductNotFound extends DomainError {
  override readonly name = 'ProductNotFound'

  constructor() {
    super('not_found', 'product_not_found')
  }
}

export class SkuNotFound extends DomainError {
  override readonly name = 'SkuNotFound'

  constructor() {
    super('not_found', 'sku_not_found')
  }
}

/** Params: `handle`. */
export class HandleTaken extends DomainError {
  override readonly name = 'HandleTaken'

  constructor(handle: string, cause?: unknown) {
    super('already_exists', 'handle_taken', { handle }, { cause })
  }
}

/** Another product sells under this sku. Params: `sku`. */
export class SkuTaken extends DomainError {
  override readonly name = 'SkuTaken'

  constructor(sku: string, cause?: unknown) {
    super('already_exists', 'sku_taken', { sku }, { cause })
  }
}

/** The product changed since the caller read it. Params: `version`, the present one. */
export class VersionChanged extends DomainError {
  override readonly name = 'VersionChanged'

  constructor(version: number) {
    super('conflict', 'version_changed', { version: String(version) })
  }
}

/** A draft breaks the rules of model/draft.ts; `fields` says where. */
export class ProductInvalid extends DomainError {
  override readonly name = 'ProductInvalid'

  constructor(fields: readonly FieldError[]) {
    super('invalid', 'product_invalid', {}, { fields })
  }
}

/** A list, hold or adjustment is asked for in a way that can never be answered. */
export class RequestInvalid extends DomainError {
  override readonly name = 'RequestInvalid'

  constructor(path: string, code: string, message: string) {
    super('invalid', code, {}, { fields: [{ path, code, message }] })
  }
}

/** on_hand would fall under what orders hold. Params: `held`, `onHand`. */
export class StockBelowHeld extends DomainError {
  override readonly name = 'StockBelowHeld'

  constructor({ onHand, held }: { onHand: number; held: number }) {
    super('precondition', 'stock_below_held', { onHand: String(onHand), held: String(held) })
  }
}

/** More came back than was sold of a sku. Params: `sku`, `sold`, `returned` before. */
export class ReturnExceedsSale extends DomainError {
  override readonly name = 'ReturnExceedsSale'

  constructor({ sku, sold, returned }: { sku: string; sold: number; returned: number }) {
    const params = { sku, sold: String(sold), returned: String(returned) }
    super('precondition', 'return_exceeds_sale', params)
  }
}

/** The order's units are held and not sold yet: its claim comes first, then they can come back. */
export class SaleNotClaimed extends DomainError {
  override readonly name = 'SaleNotClaimed'

  constructor() {
    super('conflict', 'sale_not_claimed')
  }
}

/** A return id that named other lines before. */
export class ReturnMismatch extends DomainError {
  override readonly name = 'ReturnMismatch'

  constructor() {
    super('precondition', 'return_mismatch')
  }
}

/** A hold cannot give back what the books say that it holds. A bug, or somebody wrote into the tables by hand. */
export class StockBooksBroken extends DomainError {
  override readonly name = 'StockBooksBroken'

  constructor(orderId: string, sku: string) {
    super('internal', 'stock_books_broken', { orderId, sku })
  }
}
