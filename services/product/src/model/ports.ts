import type { BooksPage, HoldBook, StockBook } from './books.ts'
import type { Category } from './category.ts'
import type { ChangeCursor, ProductChange } from './changes.ts'
import type { Facet, Filter, ListQuery } from './list.ts'
import type { Acting, NewAuditEntry, Page } from '@micromart/kernel'
import type { AuditedAct } from './audit.ts'
import type { Offer, Product, ProductSummary } from './product.ts'
import type { PartialReturn } from './stock-return.ts'
import type { ClaimAnswer, HoldAnswer, MovementKind, StockLine, StockLedger } from './stock.ts'

/** A product before and after a change; without `before` it is new. */
export type ProductWrite = { readonly before: Product | undefined; readonly after: Product }

/** Units that come or go by somebody's hand. */
type StockChange = {
  readonly sku: string
  readonly delta: number
  readonly reason: string
  readonly by: Acting
}

/** The catalogue's store. */
export type Products = {
  readonly list: (query: ListQuery) => Promise<Page<ProductSummary>>
  /** Whole products, of every status. */
  readonly listWhole: (query: ListQuery) => Promise<Page<Product>>
  readonly facets: (filter: Filter) => Promise<readonly Facet[]>
  /** Of every status. */
  readonly find: (idOrHandle: string) => Promise<Product | undefined>
  readonly findByHandles: (handles: readonly string[]) => Promise<readonly Product[]>
  /** Which product sells under each of these skus. */
  readonly ownersOf: (skus: readonly string[]) => Promise<ReadonlyMap<string, string>>
  /** Those handles, and their successors `-2`, `-3`, ..., that are in use. */
  readonly takenHandles: (handle: string) => Promise<ReadonlySet<string>>
  /**
   * Writes all or none, and into the audit log who did it. New variants get their stock.
   * @throws HandleTaken, SkuTaken, VersionChanged when a product changed since `before` was read
   */
  readonly save: (
    writes: readonly ProductWrite[],
    kind: MovementKind,
    entry: NewAuditEntry,
  ) => Promise<void>
  /** Every product by id, in pages. */
  readonly all: () => AsyncIterable<readonly Product[]>
}

export type Categories = {
  readonly all: () => Promise<readonly Category[]>
  /** @throws HandleTaken */
  readonly add: (category: Category, entry: NewAuditEntry) => Promise<void>
}

export type Changes = {
  /** The cursor of now. */
  readonly present: () => Promise<ChangeCursor>
  /** @returns undefined when the cursor is too old to list what changed */
  readonly since: (
    cursor: ChangeCursor,
  ) => Promise<
    { readonly cursor: ChangeCursor; readonly changes: readonly ProductChange[] } | undefined
  >
  readonly prune: () => Promise<void>
}

export type Stock = {
  /** One query. Skus that are unknown or not for sale are left out. */
  readonly offers: (skus: readonly string[]) => Promise<readonly Offer[]>
  /** @param lines one per sku, sorted by sku */
  readonly hold: (
    orderId: string,
    lines: readonly StockLine[],
    expiresAt: Date,
  ) => Promise<HoldAnswer>
  /** @returns false when the order has no live hold */
  readonly extend: (orderId: string, expiresAt: Date) => Promise<boolean>
  readonly claim: (orderId: string) => Promise<ClaimAnswer>
  readonly release: (orderId: string) => Promise<void>
  readonly putBack: (orderId: string) => Promise<void>
  /**
   * Puts some units of a sale back on the shelf, once per return.
   * @throws ReturnExceedsSale, ReturnMismatch; SaleNotClaimed while the units are merely held
   */
  readonly returnSome: (orderId: string, part: PartialReturn) => Promise<void>
  /** Lapses holds that ended. @returns how many */
  readonly expire: (most: number) => Promise<number>
  /** @throws SkuNotFound */
  readonly ledger: (sku: string) => Promise<StockLedger>
  /** @throws SkuNotFound, StockBelowHeld */
  readonly adjust: (change: StockChange) => Promise<StockLedger>
  /**
   * Sets on_hand of known skus.
   * @returns what was on hand before, per sku; or why not
   */
  readonly setOnHand: (
    levels: ReadonlyMap<string, number>,
    act: AuditedAct,
  ) => Promise<ReadonlyMap<string, 'changed' | 'same' | 'below_held'>>
}

/** What the books compare; each page is of one moment, by key, bytewise ascending. */
export type Books = {
  readonly holds: (page: BooksPage) => Promise<readonly HoldBook[]>
  readonly stock: (page: BooksPage) => Promise<readonly StockBook[]>
}

/** What makes HTML of strangers harmless. */
export type CleanHtml = (html: string) => string
