import { inTransaction } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import { ReturnMismatch, SaleNotClaimed } from '../model/errors.ts'
import type { Stock } from '../model/ports.ts'
import { type HoldStatus, putBackEffect } from '../model/stock.ts'
import { checkReturn, type PartialReturn, sameLines, unreturned } from '../model/stock-return.ts'
import type { Stamp } from './announce.ts'
import { applyStep, lockHold } from './hold-steps.ts'
import { recordReturn, returnedLines } from './return-rows.ts'

/** A paid order's units are still held for a moment: its claim comes first. */
const awaitsClaim: ReadonlySet<HoldStatus | undefined> = new Set(['held', 'lapsed'])

/** @returns whether this return happened before. @throws ReturnMismatch */
const isRepeat = async (tx: EntityManager, orderId: string, { id, lines }: PartialReturn) => {
  const earlier = await returnedLines(tx, orderId, id)
  if (earlier.length === 0) return false
  if (!sameLines(earlier, lines)) throw new ReturnMismatch()
  return true
}

/** The hold's lock sets returns of one sale in a row: each sees what came back before it. */
export const returnSome =
  (db: DataSource, stamp: Stamp): Stock['returnSome'] =>
  (orderId, part) =>
    inTransaction(db, async (tx) => {
      const hold = await lockHold(tx, orderId)
      if (await isRepeat(tx, orderId, part)) return
      if (awaitsClaim.has(hold?.status)) throw new SaleNotClaimed()
      const sold = hold?.status === 'claimed' ? hold.lines : []
      const before = await returnedLines(tx, orderId)
      checkReturn(sold, before, part.lines)
      await recordReturn(tx, orderId, part, stamp)
      const isLast = unreturned(unreturned(sold, before), part.lines).length === 0
      const to = isLast ? 'returned' : 'claimed'
      await applyStep(tx, orderId, part.lines, { to, effect: putBackEffect }, stamp)
    })
