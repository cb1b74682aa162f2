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

const at = (path: string, code: string, message: string) => ({
  fields: [{ path, code, message }],
})

/** Something is asked for in a way that can never be answered; `fields` says where and why. */
export class RequestInvalid extends DomainError {
  override readonly name = 'RequestInvalid'

  constructor(path: string, code: string, message: string) {
    super('invalid', 'validation_failed', {}, at(path, code, message))
  }
}

/** A place in a list that is none of ours, or of another list. */
export class CursorInvalid extends DomainError {
  override readonly name = 'CursorInvalid'

  constructor() {
    super('invalid', 'cursor_invalid', {}, at('/cursor', 'cursor_invalid', 'is of no such list'))
  }
}

/** A category is to stand below one that does not exist. */
export class CategoryUnknown extends DomainError {
  override readonly name = 'CategoryUnknown'

  constructor(path: string) {
    super('invalid', 'category_unknown', {}, at(path, 'category_unknown', 'is no category'))
  }
}

/** A file that is no product CSV. */
export class FileInvalid extends DomainError {
  override readonly name = 'FileInvalid'

  constructor(code: 'csv_empty' | 'csv_columns_missing', message: string) {
    super('invalid', code, {}, at('/file', code, message))
  }
}

/** Units of a sku that has a ledger already are changed there, with a reason. @param paths of the variants' `stock` */
export class UseStockLedger extends DomainError {
  override readonly name = 'UseStockLedger'

  constructor(paths: readonly string[]) {
    const code = 'use_stock_ledger'
    const message = 'is changed through the stock ledger of its sku'
    super('invalid', code, {}, { fields: paths.map((path) => ({ path, code, message })) })
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
