import { inTransaction, select, write } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import { StockBooksBroken } from '../model/errors.ts'
import {
  type Effect,
  type HeldLine,
  type HoldMove,
  type HoldStatus,
  type HoldStep,
  type Shortage,
  stepOf,
  type StockLine,
} from '../model/stock.ts'
import type { Stamp } from './announce.ts'
import { countOversold } from './stock-gauges.ts'
import { returnRest } from './return-rows.ts'
import { type HoldRow, tables } from './rows.ts'
import { flipProducts, lockedAvailable, moveStock, recordMovements, unitsOf } from './stock-move.ts'

/** Rolls a transaction back whose units are not all there. */
export class InsufficientStock extends Error {
  readonly shortages: readonly Shortage[]

  constructor(shortages: readonly Shortage[]) {
    super('short of stock')
    this.shortages = shortages
  }
}

export type Hold = Pick<HoldRow, 'status' | 'expiresAt'> & { readonly lines: readonly HeldLine[] }

const kinds = { '-1': 'sale', '0': undefined, '1': 'return' } as const

/** Only what takes units off the shelf can find too few; all else gives back what the books say is there. */
const takes = ({ onHand, held }: Effect): boolean => onHand - held < 0

/** Less is there than the books say. It cannot be, and so it is counted where it is seen. */
const brokenBooks = (orderId: string, sku: string): StockBooksBroken => {
  countOversold().add(1)
  return new StockBooksBroken(orderId, sku)
}

/** @returns the shortage, or whether the sku became available or ceased to be */
const moveLine = async (
  tx: EntityManager,
  orderId: string,
  line: StockLine,
  effect: Effect,
): Promise<{ readonly short?: Shortage; readonly flipped: boolean }> => {
  const { sku, quantity } = line
  const first = await moveStock(tx, sku, unitsOf(effect, line))
  if (first.moved) return first
  if (!takes(effect)) throw brokenBooks(orderId, sku)
  const available = await lockedAvailable(tx, sku) // units may have come back meanwhile
  if (available < quantity) return { short: { sku, available }, flipped: false }
  const second = await moveStock(tx, sku, unitsOf(effect, line))
  if (!second.moved) throw brokenBooks(orderId, sku)
  return second
}

/** Moves the units of all lines, which are sorted by sku: all transactions lock stock in one order. */
export const moveLines = async (
  tx: EntityManager,
  orderId: string,
  lines: readonly StockLine[],
  effect: Effect,
  stamp: Stamp,
): Promise<void> => {
  const shortages: Shortage[] = []
  const flipped: string[] = []
  for (const line of lines) {
    const done = await moveLine(tx, orderId, line, effect)
    if (done.short) shortages.push(done.short)
    if (done.flipped) flipped.push(line.sku)
  }
  if (shortages.length > 0) throw new InsufficientStock(shortages)
  const kind = kinds[effect.onHand]
  if (kind !== undefined) {
    const movements = lines.map((line) => ({
      sku: line.sku,
      delta: unitsOf(effect, line).onHand,
      kind,
      reason: '',
      orderId,
    }))
    await recordMovements(tx, movements, stamp)
  }
  await flipProducts(tx, flipped, stamp)
}

export const linesOf = async (tx: EntityManager, orderId: string): Promise<readonly HeldLine[]> => {
  const rows = await tables.holdLines.select(tx, 'WHERE order_id = ?', [orderId])
  const lines = rows.map(({ sku, quantity, productId, title, unitPrice, currency }) => ({
    sku,
    quantity,
    productId,
    title,
    unitPrice: { amount: unitPrice, currency },
  }))
  return lines.toSorted((left, right) => (left.sku < right.sku ? -1 : 1))
}

export const lockHold = async (tx: EntityManager, orderId: string): Promise<Hold | undefined> => {
  const [row] = await select<{ status: HoldStatus; expiresAt: Date }>(
    tx,
    'SELECT status, expires_at AS expiresAt FROM stock_holds WHERE order_id = ? FOR UPDATE',
    [orderId],
  )
  return row && { ...row, lines: await linesOf(tx, orderId) }
}

export const applyStep = async (
  tx: EntityManager,
  orderId: string,
  lines: readonly StockLine[],
  { to, effect }: HoldStep,
  stamp: Stamp,
): Promise<void> => {
  await write(tx, 'UPDATE stock_holds SET status = ?, updated_at = ? WHERE order_id = ?', [
    to,
    stamp.clock.now(),
    orderId,
  ])
  if (effect.onHand !== 0 || effect.held !== 0) await moveLines(tx, orderId, lines, effect, stamp)
}

/**
 * Makes a legal move, the hold's row locked first and the stock last.
 * @returns the status afterwards; undefined for an order without a hold
 * @throws InsufficientStock when the move takes units that are not there
 */
export const moveHold = (db: DataSource, orderId: string, move: HoldMove, stamp: Stamp) =>
  inTransaction(db, async (tx): Promise<HoldStatus | undefined> => {
    const hold = await lockHold(tx, orderId)
    const step = hold && stepOf(hold.status, move)
    if (step) {
      const lines =
        step.to === 'returned' ? await returnRest(tx, orderId, hold.lines, stamp) : hold.lines
      await applyStep(tx, orderId, lines, step, stamp)
    }
    return step?.to ?? hold?.status
  })
