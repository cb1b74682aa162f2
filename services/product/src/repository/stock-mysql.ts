import type { Log } from '@micromart/kernel'
import { inTransaction, marks, recordAudit, select } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import { SkuNotFound, StockBelowHeld } from '../model/errors.ts'
import type { AuditedAct } from '../model/audit.ts'
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
  async ({ sku, delta, reason, by }) => {
    await inTransaction(db, async (tx) => {
      const { moved, flipped } = await moveStock(tx, sku, { onHand: delta, held: 0 })
      if (!moved) {
        const level = await levelOf(tx, sku)
        throw level === undefined ? new SkuNotFound() : new StockBelowHeld(level)
      }
      const movement = { sku, delta, kind: 'adjustment', reason, orderId: undefined } as const
      await recordMovements(tx, [movement], stamp)
      if (flipped) await flipProducts(tx, [sku], stamp)
      const onHand = (await levelOf(tx, sku))?.onHand ?? 0 // its row is ours until the end
      const levels = { before: { onHand: onHand - delta }, after: { onHand } }
      const act = { by, action: 'stock.adjust', objectId: sku } as const
      await recordAudit(tx, { ...act, at: stamp.clock.now(), ...levels })
    })
    return readLedger(db)(sku)
  }

type Levels = ReadonlyMap<string, number>

const levelsAudit = (act: AuditedAct, { clock }: Stamp, before: Levels, after: Levels) => ({
  ...act,
  at: clock.now(),
  before: Object.fromEntries(before),
  after: Object.fromEntries(after),
})

const setOnHand =
  (db: DataSource, stamp: Stamp): Stock['setOnHand'] =>
  async (levels, act) => {
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
      const before = new Map<string, number>()
      const after = new Map<string, number>()
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
            before.set(sku, Number(onHand))
            after.set(sku, Number(onHand) + delta)
          }
        }
      }
      await flipProducts(tx, flipped, stamp)
      if (after.size > 0) await recordAudit(tx, levelsAudit(act, stamp, before, after))
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
