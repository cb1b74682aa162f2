import {
  type Connection,
  type Database,
  firstTime,
  inStatement,
  inTransaction,
  write,
} from '@micromart/store'
import type { Orders } from '../model/ports.ts'

const consumer = 'payment-news'
const awaited = `id = ? AND (status = 'PAYMENT_PENDING' OR open_refund IS NOT NULL)`

const isAwaited = async (db: Connection, id: string): Promise<boolean> => {
  const rows: readonly unknown[] = await db.query(`SELECT id FROM orders WHERE ${awaited}`, [id])
  return rows.length > 0
}

/** Most payments are settled by their own answer: their events cost one read and leave no row. */
export const hastenOrder =
  (db: Database): Orders['hasten'] =>
  async (id, eventId, at) => {
    if (!(await inStatement(db, (tx) => isAwaited(tx, id)))) return false
    return inTransaction(db, async (tx) => {
      if (!(await firstTime(tx, eventId, consumer))) return false
      return (await write(tx, `UPDATE orders SET due_at = ? WHERE ${awaited}`, [at, id])) === 1
    })
  }
