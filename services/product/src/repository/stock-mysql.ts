import type { Log } from '@micromart/kernel'
import { inTransaction, marks, select } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import { SkuNotFound, StockBelowHeld } from '../model/errors.ts'
import type { Stock } from '../model/ports.ts'
import type { Movement, StockLedger } from '../model/stock.ts'
import type { Stamp } from './announce.ts'
import { expireHolds } from './hold-expiry-mysql.ts'
import { claimStock, endHold, extendHold, holdStock } from './holds-mysql.ts'
import { findOffers } from './offers-mysql.ts'
import { returnSome } from './returns-mysql.ts'
import { flipProducts, moveStock, recordMovements } from './stock-move.ts'

type Level = { readonly onHand: number; readonly held: number }

const levelOf = async (
  db: DataSource | EntityManager,
  sku: string,
  lock = '',
): Promise<Level | undefined> => {
  const [row] = await select<{ onHand: string; held: string }>(
    db,
    `SELECT on_hand AS onHand, held FROM stock WHERE sku = ? ${lock}`,
    [sku],
  )
  return row && { onHand: Number(row.onHand), held: Number(row.held) }
}

const movementOf = (row: Movement & { readonly orderId: string | null | undefined }): Movement => ({
  id: row.id,
  at: row.at,
  delta: Number(row.delta),
  kind: row.kind,
  reason: row.reason,
  orderId: row.orderId ?? undefined,
})

const readLedger =
  (db: DataSource) =>
  async (sku: string): Promise<StockLedger> => {
    const level = await levelOf(db, sku)
    if (level === undefined) throw new SkuNotFound()
    const rows = await select<Movement>(
      db,
      `SELECT id, at, delta, kind, reason, order_id AS orderId FROM stock_movements
     WHERE sku = ? ORDER BY id DESC LIMIT 100`,
      [sku],
    )
    return { sku, ...level, movements: rows.map(movementOf) }
  }

const adjustStock =
  (db: DataSource, stamp: Stamp): Stock['adjust'] =>
  async (sku, delta, reason) => {
    await inTransaction(db, async (tx) => {
      const { moved, flipped } = await moveStock(tx, sku, { onHand: delta, held: 0 })
      if (!moved) {
        const level = await levelOf(tx, sku)
        throw level === undefined ? new SkuNotFound() : new StockBelowHeld(level)
      }
      const movement = { sku, delta, kind: 'adjustment', reason, orderId: undefined } as const
      await recordMovements(tx, [movement], stamp)
      if (flipped) await flipProducts(tx, [sku], stamp)
    })
    return readLedger(db)(sku)
  }

const setOnHand =
  (db: DataSource, stamp: Stamp): Stock['setOnHand'] =>
  async (levels) => {
    if (levels.size === 0) return new Map()
    const skus = [...levels.keys()].toSorted((left, right) => (left < right ? -1 : 1))
    return inTransaction(db, async (tx) => {
      // Ascending by sku, like every hold; the list is short enough to be read by primary key.
      const rows = await select<{ sku: string; onHand: string; held: string }>(
        tx,
        `SELECT sku, on_hand AS onHand, held FROM stock WHERE sku IN (${marks(skus)})
         ORDER BY sku FOR UPDATE`,
        skus,
      )
      const outcomes = new Map<string, 'changed' | 'same' | 'below_held'>()
      const flipped: string[] = []
      for (const { sku, onHand } of rows) {
        const delta = (levels.get(sku) ?? 0) - Number(onHand)
        if (delta === 0) outcomes.set(sku, 'same')
        else {
          const done = await moveStock(tx, sku, { onHand: delta, held: 0 })
          outcomes.set(sku, done.moved ? 'changed' : 'below_held')
          if (done.flipped) flipped.push(sku)
          if (done.moved) {
            const movement = { sku, delta, kind: 'import', reason: '', orderId: undefined } as const
            await recordMovements(tx, [movement], stamp)
          }
        }
      }
      await flipProducts(tx, flipped, stamp)
      return outcomes
    })
  }

/** The stock, its holds and its ledger in MySQL or MariaDB. */
export const stockMysql = (db: DataSource, stamp: Stamp & { readonly log: Log }): Stock => ({
  offers: (skus) => findOffers(db, skus),
  hold: holdStock(db, stamp),
  extend: extendHold(db, stamp),
  claim: claimStock(db, stamp),
  release: endHold(db, stamp, 'release'),
  putBack: endHold(db, stamp, 'return'),
  returnSome: returnSome(db, stamp),
  expire: expireHolds(db, stamp, stamp.log),
  ledger: readLedger(db),
  adjust: adjustStock(db, stamp),
  setOnHand: setOnHand(db, stamp),
})
