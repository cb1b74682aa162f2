import { alone, marks, select } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import type { BooksPage, HoldBook, StockBook } from '../model/books.ts'
import type { Books } from '../model/ports.ts'
import type { HoldStatus, StockLine } from '../model/stock.ts'

/** All reads see one moment: a hold that is claimed in between is seen wholly before or wholly after. */
const inSnapshot = <T>(db: DataSource, read: (tx: EntityManager) => Promise<T>): Promise<T> =>
  alone(() => db.transaction('REPEATABLE READ', read))

type LineRow = { readonly orderId: string; readonly sku: string; readonly quantity: string }

/** Lines of these orders, summed by sku, which they are sorted by. */
const linesByOrder = async (
  tx: EntityManager,
  table: 'stock_hold_lines' | 'stock_returns',
  orderIds: readonly string[],
): Promise<(orderId: string) => readonly StockLine[]> => {
  const rows = await select<LineRow>(
    tx,
    `SELECT order_id AS orderId, sku, SUM(quantity) AS quantity FROM ${table}
     WHERE order_id IN (${marks(orderIds)}) GROUP BY order_id, sku ORDER BY order_id, sku`,
    orderIds,
  )
  const byOrder = Map.groupBy(rows, ({ orderId }) => orderId)
  return (orderId) =>
    (byOrder.get(orderId) ?? []).map(({ sku, quantity }) => ({ sku, quantity: Number(quantity) }))
}

type HoldRow = {
  readonly orderId: string
  readonly status: HoldStatus
  readonly expiresAt: Date
  readonly updatedAt: Date
}

const holdBooks = async (
  tx: EntityManager,
  { after, limit }: BooksPage,
): Promise<readonly HoldBook[]> => {
  const holds = await select<HoldRow>(
    tx,
    `SELECT order_id AS orderId, status, expires_at AS expiresAt, updated_at AS updatedAt
     FROM stock_holds WHERE order_id > ? ORDER BY order_id LIMIT ?`,
    [after, limit],
  )
  if (holds.length === 0) return []
  const orderIds = holds.map(({ orderId }) => orderId)
  const lines = await linesByOrder(tx, 'stock_hold_lines', orderIds)
  const returned = await linesByOrder(tx, 'stock_returns', orderIds)
  return holds.map((hold) => ({
    ...hold,
    lines: lines(hold.orderId),
    returned: returned(hold.orderId),
  }))
}

type Sum = { readonly sku: string; readonly units: string }

const bySku = (sums: readonly Sum[]): ReadonlyMap<string, number> =>
  new Map(sums.map(({ sku, units }) => [sku, Number(units)]))

/** By the index (sku, id, delta) alone. */
const movementsOf = async (tx: EntityManager, skus: readonly string[]) =>
  bySku(
    await select<Sum>(
      tx,
      `SELECT sku, SUM(delta) AS units FROM stock_movements
       WHERE sku IN (${marks(skus)}) GROUP BY sku`,
      skus,
    ),
  )

/** Beginning at the holds that live, which are few: the lines of all orders ever are many. */
const liveHoldsOf = async (tx: EntityManager, skus: readonly string[]) =>
  bySku(
    await select<Sum>(
      tx,
      `SELECT l.sku, SUM(l.quantity) AS units
       FROM stock_holds h STRAIGHT_JOIN stock_hold_lines l ON l.order_id = h.order_id
       WHERE h.status = 'held' AND l.sku BETWEEN ? AND ? GROUP BY l.sku`,
      [skus[0], skus.at(-1)],
    ),
  )

const stockBooks = async (
  tx: EntityManager,
  { after, limit }: BooksPage,
): Promise<readonly StockBook[]> => {
  const levels = await select<{ sku: string; onHand: string; held: string }>(
    tx,
    'SELECT sku, on_hand AS onHand, held FROM stock WHERE sku > ? ORDER BY sku LIMIT ?',
    [after, limit],
  )
  if (levels.length === 0) return []
  const skus = levels.map(({ sku }) => sku)
  const movements = await movementsOf(tx, skus)
  const liveHolds = await liveHoldsOf(tx, skus)
  return levels.map(({ sku, onHand, held }) => ({
    sku,
    onHand: Number(onHand),
    held: Number(held),
    movements: movements.get(sku) ?? 0,
    liveHolds: liveHolds.get(sku) ?? 0,
  }))
}

/** What the books compare, page by page; three queries a page, in one snapshot. */
export const booksMysql = (db: DataSource): Books => ({
  holds: (page) => inSnapshot(db, (tx) => holdBooks(tx, page)),
  stock: (page) => inSnapshot(db, (tx) => stockBooks(tx, page)),
})
