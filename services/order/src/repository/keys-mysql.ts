import { type Database, inStatement, write } from '@micromart/store'
import { after, limits } from '../model/limits.ts'
import type { Keys } from '../model/ports.ts'
import { keysTable } from './rows.ts'

const named = 'WHERE principal = ? AND idem_key = ?'

/** Idempotency keys of PlaceOrder, in rows that commit with their orders. */
export const keysMysql = (db: Database): Keys => ({
  find: ({ principal, key }) =>
    inStatement(db, async (tx) => {
      const [row] = await keysTable.select(tx, named, [principal, key])
      if (!row) return undefined
      const { orderId, fingerprint, traceId, lockedUntil, frozen } = row
      return {
        orderId,
        fingerprint,
        traceId: traceId ?? undefined,
        lockedUntil: lockedUntil ?? undefined,
        frozen: frozen ?? undefined,
      }
    }),
  lock: ({ principal, key }, at) =>
    inStatement(db, async (tx) => {
      const until = after(at, limits.attempt)
      const free = '(locked_until IS NULL OR locked_until <= ?)'
      const sql = `UPDATE order_keys SET locked_until = ? ${named} AND ${free}`
      return (await write(tx, sql, [until, principal, key, at])) === 1 ? until : undefined
    }),
  unlock: ({ principal, key }, until) =>
    inStatement(db, async (tx) => {
      await write(tx, `UPDATE order_keys SET locked_until = NULL ${named} AND locked_until = ?`, [
        principal,
        key,
        until,
      ])
    }),
})
