import { insertAll, inStatement, inTransaction, isDuplicate, write } from '@micromart/store'
import type { DataSource } from 'typeorm'
import { lineTitle, type Offer } from '../model/product.ts'
import {
  type HeldLine,
  type HoldAnswer,
  type HoldStatus,
  type Shortage,
  stepOf,
  type StockLine,
  takeEffect,
} from '../model/stock.ts'
import type { Stock } from '../model/ports.ts'
import type { Stamp } from './announce.ts'
import { applyStep, lockHold, moveHold, moveLines, InsufficientStock } from './hold-steps.ts'
import { findOffers } from './offers-mysql.ts'
import { tables } from './rows.ts'

const newRow = (orderId: string, status: HoldStatus, expiresAt: Date, { clock }: Stamp) => {
  const now = clock.now()
  return { orderId, status, expiresAt, createdAt: now, updatedAt: now }
}

/** @returns false when the order has a hold already */
const openHold = async (
  db: DataSource,
  orderId: string,
  lines: readonly HeldLine[],
  expiresAt: Date,
  stamp: Stamp,
): Promise<boolean> => {
  const rows = lines.map(({ unitPrice: { amount, currency }, ...line }) => ({
    ...line,
    orderId,
    unitPrice: amount,
    currency,
  }))
  try {
    await inTransaction(db, async (tx) => {
      await insertAll(tx, tables.holds, [newRow(orderId, 'held', expiresAt, stamp)])
      await insertAll(tx, tables.holdLines, rows)
      await moveLines(tx, orderId, lines, takeEffect, stamp)
    })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** The answer to a repeated hold: its frozen lines; a lapsed one takes its units again. */
const repeatHold = (db: DataSource, orderId: string, expiresAt: Date, stamp: Stamp) =>
  inTransaction(db, async (tx): Promise<HoldAnswer | undefined> => {
    const hold = await lockHold(tx, orderId)
    if (hold === undefined) return undefined
    const step = stepOf(hold.status, 'hold')
    if (step) await applyStep(tx, orderId, hold.lines, step, stamp)
    const status = step?.to ?? hold.status
    if (status === 'claimed') return { held: true, lines: hold.lines, expiresAt: hold.expiresAt }
    if (status !== 'held') return { held: false, shortages: [] }
    const until = hold.expiresAt > expiresAt ? hold.expiresAt : expiresAt
    await write(tx, 'UPDATE stock_holds SET expires_at = ?, updated_at = ? WHERE order_id = ?', [
      until,
      stamp.clock.now(),
      orderId,
    ])
    return { held: true, lines: hold.lines, expiresAt: until }
  })

const promised = (line: StockLine, offer: Offer): HeldLine => ({
  ...line,
  productId: offer.productId,
  title: lineTitle(offer.title, offer.options),
  unitPrice: offer.price,
})

/** Holds for an order that has no hold yet, unless there is plainly too little. */
const firstHold = async (
  db: DataSource,
  orderId: string,
  lines: readonly StockLine[],
  expiresAt: Date,
  stamp: Stamp,
): Promise<HoldAnswer | undefined> => {
  const offers = await findOffers(
    db,
    lines.map(({ sku }) => sku),
  )
  const bySku = new Map(offers.map((offer) => [offer.sku, offer]))
  const shortages = lines
    .map(({ sku, quantity }) => ({
      sku,
      quantity,
      available: bySku.get(sku)?.availableQuantity ?? 0,
    }))
    .filter(({ quantity, available }) => available < quantity)
  if (shortages.length > 0) {
    return { held: false, shortages: shortages.map(({ sku, available }) => ({ sku, available })) }
  }
  const held = lines.flatMap((line) => {
    const offer = bySku.get(line.sku)
    return offer ? [promised(line, offer)] : []
  })
  const opened = await openHold(db, orderId, held, expiresAt, stamp)
  return opened ? { held: true, lines: held, expiresAt } : undefined
}

const ifInsufficient =
  <T>(answer: (shortages: readonly Shortage[]) => T) =>
  (error: unknown): T => {
    if (error instanceof InsufficientStock) return answer(error.shortages)
    throw error
  }

export const holdStock =
  (db: DataSource, stamp: Stamp): Stock['hold'] =>
  async (orderId, lines, expiresAt) => {
    const attempt = async (): Promise<HoldAnswer> => {
      const first = await firstHold(db, orderId, lines, expiresAt, stamp)
      if (first?.held) return first
      // A hold of this order may stand already: its own units are missing on the shelf then.
      const earlier = await repeatHold(db, orderId, expiresAt, stamp)
      return earlier ?? first ?? { held: false, shortages: [] }
    }
    return attempt().catch(ifInsufficient((shortages): HoldAnswer => ({ held: false, shortages })))
  }

export const extendHold =
  (db: DataSource, { clock }: Stamp): Stock['extend'] =>
  async (orderId, expiresAt) =>
    inStatement(db, async (tx) => {
      const extended = await write(
        tx,
        `UPDATE stock_holds SET expires_at = GREATEST(expires_at, ?), updated_at = ?
         WHERE order_id = ? AND status = 'held'`,
        [expiresAt, clock.now(), orderId],
      )
      return extended === 1
    })

export const claimStock =
  (db: DataSource, stamp: Stamp): Stock['claim'] =>
  (orderId) =>
    moveHold(db, orderId, 'claim', stamp).then(
      (status) => (status === 'claimed' ? { claimed: true } : { claimed: false, shortages: [] }),
      ifInsufficient((shortages) => ({ claimed: false, shortages })),
    )

/** Release and return of an unknown order leave a tombstone, which a later hold obeys. */
export const endHold =
  (db: DataSource, stamp: Stamp, move: 'release' | 'return') =>
  async (orderId: string): Promise<void> => {
    if ((await moveHold(db, orderId, move, stamp)) !== undefined) return
    const tombstone = newRow(orderId, 'released', stamp.clock.now(), stamp)
    try {
      await inStatement(db, (tx) => insertAll(tx, tables.holds, [tombstone]))
    } catch (error) {
      if (!isDuplicate(error)) throw error
      await moveHold(db, orderId, move, stamp) // its hold came in between
    }
  }
