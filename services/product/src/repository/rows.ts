import {
  bigintColumn,
  idColumn,
  jsonColumn,
  outboxRows,
  tableOf,
  timeColumn,
} from '@micromart/store'
import { EntitySchema } from 'typeorm'
import type { Image, Option, OptionValue, ProductStatus } from '../model/product.ts'
import type { HoldStatus, MovementKind } from '../model/stock.ts'

export type ProductRow = {
  id: string
  handle: string
  title: string
  brand: string
  status: ProductStatus
  currency: string
  firstImage: string | null
  firstAlt: string | null
  minPrice: bigint
  maxPrice: bigint
  available: number
  version: number
  createdAt: Date
  updatedAt: Date
  tags: readonly string[]
  images: readonly Image[]
  options: readonly Option[]
  description: string
}

export const productRows = new EntitySchema<ProductRow>({
  name: 'products',
  columns: {
    id: { ...idColumn, primary: true },
    handle: { type: 'varchar', length: 255 },
    title: { type: 'varchar', length: 255 },
    brand: { type: 'varchar', length: 255 },
    status: { type: 'varchar', length: 10 },
    currency: { type: 'char', length: 3 },
    firstImage: { name: 'first_image', type: 'varchar', length: 2000, nullable: true },
    firstAlt: { name: 'first_alt', type: 'varchar', length: 500, nullable: true },
    minPrice: { name: 'min_price', type: 'bigint', transformer: bigintColumn },
    maxPrice: { name: 'max_price', type: 'bigint', transformer: bigintColumn },
    available: { type: 'tinyint' },
    version: { type: 'int' },
    createdAt: { name: 'created_at', ...timeColumn },
    updatedAt: { name: 'updated_at', ...timeColumn },
    tags: { type: 'longtext', transformer: jsonColumn },
    images: { type: 'longtext', transformer: jsonColumn },
    options: { type: 'longtext', transformer: jsonColumn },
    description: { type: 'mediumtext' },
  },
})

export type VariantRow = {
  id: string
  productId: string
  position: number
  sku: string
  options: readonly OptionValue[]
  price: bigint
  compareAtPrice: bigint | null
  barcode: string | null
  weightGrams: number | null
  image: string | null
}

export const variantRows = new EntitySchema<VariantRow>({
  name: 'variants',
  columns: {
    id: { ...idColumn, primary: true },
    productId: { name: 'product_id', ...idColumn },
    position: { type: 'int' },
    sku: { type: 'varchar', length: 100 },
    options: { type: 'longtext', transformer: jsonColumn },
    price: { type: 'bigint', transformer: bigintColumn },
    compareAtPrice: {
      name: 'compare_at_price',
      type: 'bigint',
      nullable: true,
      transformer: bigintColumn,
    },
    barcode: { type: 'varchar', length: 100, nullable: true },
    weightGrams: { name: 'weight_grams', type: 'int', nullable: true },
    image: { type: 'varchar', length: 2000, nullable: true },
  },
})

export type CategoryRow = {
  id: string
  handle: string
  title: string
  position: number
  parentId: string | null
}

const categoryRows = new EntitySchema<CategoryRow>({
  name: 'categories',
  columns: {
    id: { ...idColumn, primary: true },
    handle: { type: 'varchar', length: 255 },
    title: { type: 'varchar', length: 255 },
    position: { type: 'int' },
    parentId: { name: 'parent_id', ...idColumn, nullable: true },
  },
})

export type ProductCategoryRow = { categoryId: string; productId: string; position: number }

export const productCategoryRows = new EntitySchema<ProductCategoryRow>({
  name: 'product_categories',
  columns: {
    categoryId: { name: 'category_id', ...idColumn, primary: true },
    productId: { name: 'product_id', ...idColumn, primary: true },
    position: { type: 'int' },
  },
})

/** A product under a category or one below it, with what its sorts need. */
export type CategoryListingRow = {
  categoryId: string
  productId: string
  status: ProductStatus
  createdAt: Date
  minPrice: bigint
  title: string
}

export const categoryListingRows = new EntitySchema<CategoryListingRow>({
  name: 'category_listings',
  columns: {
    categoryId: { name: 'category_id', ...idColumn, primary: true },
    productId: { name: 'product_id', ...idColumn, primary: true },
    status: { type: 'varchar', length: 10 },
    createdAt: { name: 'created_at', ...timeColumn },
    minPrice: { name: 'min_price', type: 'bigint', transformer: bigintColumn },
    title: { type: 'varchar', length: 255 },
  },
})

export type SearchRow = { productId: string; title: string; names: string; body: string }

export const searchRows = new EntitySchema<SearchRow>({
  name: 'product_search',
  columns: {
    productId: { name: 'product_id', ...idColumn, primary: true },
    title: { type: 'text' },
    names: { type: 'mediumtext' },
    body: { type: 'mediumtext' },
  },
})

/** Its id is the database's to give. */
export type ChangeRow = { id?: bigint; productId: string; handle: string; at: Date }

const changeRows = new EntitySchema<ChangeRow>({
  name: 'product_changes',
  columns: {
    id: { type: 'bigint', primary: true, generated: 'increment', transformer: bigintColumn },
    productId: { name: 'product_id', ...idColumn },
    handle: { type: 'varchar', length: 255 },
    at: timeColumn,
  },
})

export type StockRow = { sku: string; onHand: number; held: number }

const stockRows = new EntitySchema<StockRow>({
  name: 'stock',
  columns: {
    sku: { type: 'varchar', length: 100, primary: true },
    onHand: { name: 'on_hand', type: 'bigint' },
    held: { type: 'bigint' },
  },
})

export type HoldRow = {
  orderId: string
  status: HoldStatus
  expiresAt: Date
  createdAt: Date
  updatedAt: Date
}

const holdRows = new EntitySchema<HoldRow>({
  name: 'stock_holds',
  columns: {
    orderId: { name: 'order_id', ...idColumn, primary: true },
    status: { type: 'varchar', length: 10 },
    expiresAt: { name: 'expires_at', ...timeColumn },
    createdAt: { name: 'created_at', ...timeColumn },
    updatedAt: { name: 'updated_at', ...timeColumn },
  },
})

export type HoldLineRow = {
  orderId: string
  sku: string
  quantity: number
  productId: string
  title: string
  unitPrice: bigint
  currency: string
}

const holdLineRows = new EntitySchema<HoldLineRow>({
  name: 'stock_hold_lines',
  columns: {
    orderId: { name: 'order_id', ...idColumn, primary: true },
    sku: { type: 'varchar', length: 100, primary: true },
    quantity: { type: 'int' },
    productId: { name: 'product_id', ...idColumn },
    title: { type: 'varchar', length: 700 },
    unitPrice: { name: 'unit_price', type: 'bigint', transformer: bigintColumn },
    currency: { type: 'char', length: 3 },
  },
})

export type ReturnRow = {
  orderId: string
  /** Empty for the return of the whole rest. */
  returnId: string
  sku: string
  quantity: number
  createdAt: Date
}

const returnRows = new EntitySchema<ReturnRow>({
  name: 'stock_returns',
  columns: {
    orderId: { name: 'order_id', ...idColumn, primary: true },
    returnId: { name: 'return_id', ...idColumn, primary: true },
    sku: { type: 'varchar', length: 100, primary: true },
    quantity: { type: 'int' },
    createdAt: { name: 'created_at', ...timeColumn },
  },
})

export type MovementRow = {
  id: string
  sku: string
  at: Date
  delta: number
  kind: MovementKind
  reason: string
  orderId: string | null
}

const movementRows = new EntitySchema<MovementRow>({
  name: 'stock_movements',
  columns: {
    id: { ...idColumn, primary: true },
    sku: { type: 'varchar', length: 100 },
    at: timeColumn,
    delta: { type: 'bigint' },
    kind: { type: 'varchar', length: 12 },
    reason: { type: 'varchar', length: 500 },
    orderId: { name: 'order_id', ...idColumn, nullable: true },
  },
})

export const entities = [
  productRows,
  variantRows,
  categoryRows,
  productCategoryRows,
  categoryListingRows,
  searchRows,
  changeRows,
  stockRows,
  holdRows,
  holdLineRows,
  returnRows,
  movementRows,
  outboxRows,
]

/** The statements that write them, made once. */
export const tables = {
  products: tableOf(productRows),
  variants: tableOf(variantRows),
  categories: tableOf(categoryRows),
  productCategories: tableOf(productCategoryRows),
  categoryListings: tableOf(categoryListingRows),
  searches: tableOf(searchRows),
  changes: tableOf(changeRows),
  stocks: tableOf(stockRows),
  holds: tableOf(holdRows),
  holdLines: tableOf(holdLineRows),
  returns: tableOf(returnRows),
  movements: tableOf(movementRows),
}
