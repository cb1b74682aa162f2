import type { NewAuditEntry } from '@micromart/kernel'
import { insertAll, inTransaction, isDuplicate, marks, recordAudit, select } from '@micromart/store'
import { type DataSource, type EntityManager, In } from 'typeorm'
import { HandleTaken, SkuTaken, VersionChanged } from '../model/errors.ts'
import type { Products, ProductWrite } from '../model/ports.ts'
import type { Product, Variant } from '../model/product.ts'
import { same } from '../model/same.ts'
import type { MovementKind } from '../model/stock.ts'
import { announce, type Stamp } from './announce.ts'
import { readCategories } from './categories-mysql.ts'
import {
  listings,
  ownCategories,
  productRow,
  searchRow,
  type Tree,
  variantChanges,
  variantRow,
} from './product-rows.ts'
import {
  categoryListingRows,
  productCategoryRows,
  productRows,
  searchRows,
  tables,
  variantRows,
} from './rows.ts'
import { moveStock, recordMovements } from './stock-move.ts'

type Change = { readonly before: Product; readonly after: Product }

/** Locks the products' rows, in one order, and makes sure that nobody changed them since they were read. */
const lockUnchanged = async (tx: EntityManager, changes: readonly Change[]): Promise<void> => {
  if (changes.length === 0) return
  const ids = changes.map(({ before }) => before.id).toSorted()
  const rows = await select<{ id: string; version: number }>(
    tx,
    `SELECT id, version FROM products WHERE id IN (${marks(ids)}) ORDER BY id FOR UPDATE`,
    ids,
  )
  const versions = new Map(rows.map(({ id, version }) => [id, version]))
  for (const { before } of changes) {
    const version = versions.get(before.id) ?? 0
    if (version !== before.version) throw new VersionChanged(version)
  }
}

/** A sku that was sold before and comes back keeps its row: what is held stays held. */
const reopenStock = async (
  tx: EntityManager,
  variants: readonly Variant[],
): Promise<ReadonlyMap<string, number>> => {
  const skus = variants.map(({ sku }) => sku)
  const rows = await select<{ sku: string; onHand: string; held: string }>(
    tx,
    `SELECT sku, on_hand AS onHand, held FROM stock WHERE sku IN (${marks(skus)})
     ORDER BY sku FOR UPDATE`,
    skus,
  )
  const deltas = new Map<string, number>()
  for (const { sku, onHand, held } of rows) {
    const wanted = variants.find((variant) => variant.sku === sku)?.stock.onHand ?? 0
    const delta = Math.max(wanted, Number(held)) - Number(onHand)
    await moveStock(tx, sku, { onHand: delta, held: 0 })
    deltas.set(sku, delta)
  }
  return deltas
}

const openStock = async (
  tx: EntityManager,
  variants: readonly Variant[],
  kind: MovementKind,
  stamp: Stamp,
): Promise<void> => {
  if (variants.length === 0) return
  const reopened = await reopenStock(tx, variants)
  const fresh = variants.filter(({ sku }) => !reopened.has(sku))
  await insertAll(
    tx,
    tables.stocks,
    fresh.map(({ sku, stock }) => ({ sku, onHand: stock.onHand, held: 0 })),
  )
  const movements = variants.map(({ sku, stock }) => ({
    sku,
    delta: reopened.get(sku) ?? stock.onHand,
    kind,
    reason: '',
    orderId: undefined,
  }))
  await recordMovements(tx, movements, stamp)
}

const readTree = async (tx: EntityManager): Promise<Tree> => {
  const all = await readCategories(tx)
  return {
    byId: new Map(all.map((category) => [category.id, category])),
    byHandle: new Map(all.map((category) => [category.handle, category])),
  }
}

const insertProducts = async (
  tx: EntityManager,
  products: readonly Product[],
  tree: Tree,
): Promise<void> => {
  await insertAll(tx, tables.products, products.map(productRow), 50)
  const variants = products.flatMap((product) =>
    product.variants.map((variant, at) => variantRow(product.id, variant, at)),
  )
  await insertAll(tx, tables.variants, variants)
  const own = products.flatMap((product) => ownCategories(product, tree))
  await insertAll(tx, tables.productCategories, own)
  const listed = products.flatMap((product) => listings(product, tree))
  await insertAll(tx, tables.categoryListings, listed)
  await insertAll(tx, tables.searches, products.map(searchRow), 50)
}

/** Availability as the stock says now: the product's row is locked, so a flip at the same time comes after. */
const presentlyAvailable = async (tx: EntityManager, productId: string): Promise<number> => {
  const rows = await select(
    tx,
    `SELECT 1 FROM variants v JOIN stock s ON s.sku = v.sku
     WHERE v.product_id = ? AND s.on_hand > s.held LIMIT 1`,
    [productId],
  )
  return rows.length
}

const changeVariants = async (tx: EntityManager, { before, after }: Change) => {
  const { removed, changed, added } = variantChanges(before, after)
  if (removed.length > 0) await tx.delete(variantRows, { id: In(removed.map(({ id }) => id)) })
  for (const { row } of changed) await tx.update(variantRows, { id: row.id }, row)
  await insertAll(
    tx,
    tables.variants,
    added.map(({ row }) => row),
  )
  return added.map(({ variant }) => variant)
}

const updateProduct = async (
  tx: EntityManager,
  { before, after }: Change,
  tree: Tree,
): Promise<void> => {
  if (!same(before.categories, after.categories)) {
    await tx.delete(productCategoryRows, { productId: after.id })
    await insertAll(tx, tables.productCategories, ownCategories(after, tree))
  }
  const listed = listings(after, tree)
  if (!same(listings(before, tree), listed)) {
    await tx.delete(categoryListingRows, { productId: after.id })
    await insertAll(tx, tables.categoryListings, listed)
  }
  const search = searchRow(after)
  if (!same(searchRow(before), search)) {
    await tx.update(searchRows, { productId: after.id }, search)
  }
  const available = await presentlyAvailable(tx, after.id)
  await tx.update(productRows, { id: after.id }, { ...productRow(after), available })
}

const saveAll = async (
  tx: EntityManager,
  writes: readonly ProductWrite[],
  kind: MovementKind,
  entry: NewAuditEntry,
  stamp: Stamp,
): Promise<void> => {
  const changes = writes.flatMap(({ before, after }) => (before ? [{ before, after }] : []))
  const created = writes.filter(({ before }) => !before).map(({ after }) => after)
  await lockUnchanged(tx, changes)
  const tree = await readTree(tx)
  const newVariants = created.flatMap(({ variants }) => variants)
  for (const change of changes) newVariants.push(...(await changeVariants(tx, change)))
  await insertProducts(tx, created, tree)
  await openStock(tx, newVariants, kind, stamp)
  for (const change of changes) await updateProduct(tx, change, tree)
  await recordAudit(tx, entry) // when all rows are locked: whoever waits for the log waits for nothing else
  await announce(
    tx,
    writes.map(({ after }) => after),
    stamp,
  )
}

/** Says which of several products or skus was taken: the database's message is no contract. */
const takenError = async (
  db: DataSource,
  writes: readonly ProductWrite[],
  cause: unknown,
): Promise<Error | undefined> => {
  const firstTaken = async (table: string, column: string, values: readonly string[]) => {
    const sql = `SELECT ${column} AS taken FROM ${table} WHERE ${column} IN (${marks(values)}) LIMIT 1`
    const [row] = await select<{ taken: string }>(db, sql, values)
    return row?.taken ?? values[0] ?? ''
  }
  if (isDuplicate(cause, 'products_handle')) {
    const changed = writes.filter(({ before, after }) => before?.handle !== after.handle)
    const handles = changed.map(({ after }) => after.handle)
    return new HandleTaken(await firstTaken('products', 'handle', handles), cause)
  }
  if (isDuplicate(cause, 'variants_sku')) {
    const skus = writes.flatMap(({ before, after }) => {
      const own = new Set(before?.variants.map(({ sku }) => sku))
      return after.variants.map(({ sku }) => sku).filter((sku) => !own.has(sku))
    })
    return new SkuTaken(await firstTaken('variants', 'sku', skus), cause)
  }
  return undefined
}

export const saveProducts =
  (db: DataSource, stamp: Stamp): Products['save'] =>
  async (writes, kind, entry) => {
    if (writes.length === 0) return
    try {
      await inTransaction(db, (tx) => saveAll(tx, writes, kind, entry, stamp))
    } catch (error) {
      throw (await takenError(db, writes, error)) ?? error
    }
  }
