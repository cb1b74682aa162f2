import { insertAll, marks, select, write, written } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { Effect, Movement, StockLine } from '../model/stock.ts'
import { announce, type Stamp } from './announce.ts'
import { tables } from './rows.ts'

/**
 * Changes the counters of one sku. The WHERE is the check, with no read before it: two buyers of the last unit cannot both
 * win. LAST_INSERT_ID(expression) brings back what is available afterwards in the answer of the UPDATE itself, so the row
 * stays locked for no second round trip.
 * @returns whether it went, and whether the sku became available or ceased to be
 */
export const moveStock = async (
  tx: EntityManager,
  sku: string,
  { onHand, held }: { readonly onHand: number; readonly held: number },
): Promise<{ readonly moved: boolean; readonly flipped: boolean }> => {
  const { affectedRows, insertId } = await written(
    tx,
    `UPDATE stock
     SET held = held + ? + 0 * LAST_INSERT_ID(on_hand - held + ?), on_hand = on_hand + ?
     WHERE sku = ? AND held + ? >= 0 AND on_hand + ? >= held + ?`,
    [held, onHand - held, onHand, sku, held, onHand, held],
  )
  if (affectedRows !== 1) return { moved: false, flipped: false }
  const after = Number(insertId)
  return { moved: true, flipped: after > 0 !== after - (onHand - held) > 0 }
}

/**
 * Brings the products of skus that became available, or ceased to be, up to date. Only such flips touch the product's row:
 * in between, buyers of one product meet at its stock row alone. The row is locked before the variants' stock is read, so
 * that of two flips at once the second sees the first. The version stays: a sale is no reason to refuse a merchandiser's change.
 */
export const flipProducts = async (
  tx: EntityManager,
  skus: readonly string[],
  stamp: Stamp,
): Promise<void> => {
  if (skus.length === 0) return
  const owners = await select<{ productId: string }>(
    tx,
    `SELECT DISTINCT product_id AS productId FROM variants WHERE sku IN (${marks(skus)})`,
    skus,
  )
  const ids = owners.map(({ productId }) => productId).toSorted()
  if (ids.length === 0) return
  const products = await select<{ id: string; handle: string; version: number }>(
    tx,
    `SELECT id, handle, version FROM products WHERE id IN (${marks(ids)}) ORDER BY id FOR UPDATE`,
    ids,
  )
  const buyable = await select<{ id: string }>(
    tx,
    `SELECT DISTINCT v.product_id AS id FROM variants v JOIN stock s ON s.sku = v.sku
     WHERE v.product_id IN (${marks(ids)}) AND s.on_hand > s.held`,
    ids,
  )
  const available = new Set(buyable.map(({ id }) => id))
  for (const { id } of products) {
    await write(tx, 'UPDATE products SET available = ? WHERE id = ?', [
      Number(available.has(id)),
      id,
    ])
  }
  await announce(tx, products, stamp)
}

/** Writes into the ledger how on_hand changed. Amounts of 0 leave no trace. */
export const recordMovements = async (
  tx: EntityManager,
  movements: readonly (Omit<Movement, 'id' | 'at'> & { readonly sku: string })[],
  { clock, ids }: Stamp,
): Promise<void> => {
  const at = clock.now()
  const rows = movements
    .filter(({ delta }) => delta !== 0)
    .map(({ orderId, ...movement }) => ({
      ...movement,
      id: ids.next(),
      at,
      orderId: orderId ?? null,
    }))
  await insertAll(tx, tables.movements, rows)
}

/** What is available of each sku, from locked rows: exact until the transaction ends. */
export const lockedAvailable = async (tx: EntityManager, sku: string): Promise<number> => {
  const [row] = await select(
    tx,
    'SELECT on_hand - held AS available FROM stock WHERE sku = ? FOR UPDATE',
    [sku],
  )
  return Number(row?.['available'] ?? 0)
}

/** The units of one line that an effect moves. */
export const unitsOf = ({ onHand, held }: Effect, { quantity }: StockLine) => ({
  onHand: onHand * quantity,
  held: held * quantity,
})
