import type { Clock, Ids, Log } from '@micromart/kernel'
import type { Books, Categories, Changes, CleanHtml, Products, Stock } from '../model/ports.ts'
import { adjustStock } from './adjust-stock.ts'
import { archiveProduct } from './archive-product.ts'
import { changesSince } from './changes-since.ts'
import { claimStock } from './claim-stock.ts'
import { createCategory } from './create-category.ts'
import { createProduct } from './create-product.ts'
import { expireHolds } from './expire-holds.ts'
import { exportProducts } from './export-products.ts'
import { extendHold } from './extend-hold.ts'
import { getAdminProduct } from './get-admin-product.ts'
import { getOffers } from './get-offers.ts'
import { getProduct } from './get-product.ts'
import { getStock } from './get-stock.ts'
import { holdStock } from './hold-stock.ts'
import { importProducts } from './import-products.ts'
import { listAdminProducts } from './list-admin-products.ts'
import { listCategories } from './list-categories.ts'
import { listHoldBooks } from './list-hold-books.ts'
import { listProducts } from './list-products.ts'
import { listStockBooks } from './list-stock-books.ts'
import { pruneChanges } from './prune-changes.ts'
import { releaseStock } from './release-stock.ts'
import { returnStock } from './return-stock.ts'
import { updateProduct } from './update-product.ts'

export type Ports = {
  readonly products: Products
  readonly categories: Categories
  readonly changes: Changes
  readonly stock: Stock
  readonly books: Books
  readonly cleanHtml: CleanHtml
  readonly clock: Clock
  readonly ids: Ids
  readonly log: Log
  /** ISO 4217, the shop's. */
  readonly currency: string
}

/** What this service can do. */
export const productUseCases = (ports: Ports) => ({
  listProducts: listProducts(ports),
  getProduct: getProduct(ports),
  listCategories: listCategories(ports),
  changesSince: changesSince(ports),
  getOffers: getOffers(ports),

  holdStock: holdStock(ports),
  extendHold: extendHold(ports),
  claimStock: claimStock(ports),
  releaseStock: releaseStock(ports),
  returnStock: returnStock(ports),
  expireHolds: expireHolds(ports),

  listHoldBooks: listHoldBooks(ports),
  listStockBooks: listStockBooks(ports),

  listAdminProducts: listAdminProducts(ports),
  getAdminProduct: getAdminProduct(ports),
  createProduct: createProduct(ports),
  updateProduct: updateProduct(ports),
  archiveProduct: archiveProduct(ports),
  createCategory: createCategory(ports),
  getStock: getStock(ports),
  adjustStock: adjustStock(ports),

  importProducts: importProducts(ports),
  exportProducts: exportProducts(ports),
  pruneChanges: pruneChanges(ports),
})

export type UseCases = ReturnType<typeof productUseCases>
