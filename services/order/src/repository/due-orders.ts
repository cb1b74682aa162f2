import { type Database, inTransaction, marks } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import { limits } from '../model/limits.ts'
import type { Orders } from '../model/ports.ts'
import { readOrders } from './read-orders.ts'

const second = 1000

/** Rows that another replica is taking right now are passed over, not waited for. */
const lockDue = async (tx: EntityManager, at: Date, most: number): Promise<readonly string[]> => {
  const rows: readonly { readonly id: string }[] = await tx.query(
    'SELECT id FROM orders WHERE due_at <= ? ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED',
    [at, most],
  )
  return rows.map(({ id }) => id)
}

/** The pause before the next try doubles from a second to `limits.sweepPause`; it is the taker's lease too. */
const postpone = (tx: EntityManager, at: Date, ids: readonly string[]) =>
  tx.query(
    `UPDATE orders
        SET due_at = ? + INTERVAL LEAST(?, 1 << LEAST(tries, 10)) SECOND, tries = tries + 1
      WHERE id IN (${marks(ids)})`,
    [at, limits.sweepPause / second, ...ids],
  )

export const takeDue =
  (db: Database): Orders['takeDue'] =>
  async (at, most) => {
    const ids = await inTransaction(db, async (tx) => {
      const due = await lockDue(tx, at, most)
      if (due.length > 0) await postpone(tx, at, due)
      return due
    })
    return readOrders(db, ids)
  }
