import type { Database } from '@micromart/store'
import { after, limits } from '../model/limits.ts'
import type { Keys } from '../model/ports.ts'
import { keysTable } from './rows.ts'
import { alone, write } from './table.ts'

const named = 'WHERE principal = ? AND idem_key = ?'

/** Idempotency keys of PlaceOrder, in rows that commit with their orders. */
export const keysMysql = (db: Database): Keys => ({
  find: ({ principal, key }) =>
    alone(async () => {
      const [row] = await keysTable.select(db, named, [principal, key])
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
    alone(async () => {
      const free = '(locked_until IS NULL OR locked_until <= ?)'
      const sql = `UPDATE idempotency_keys SET locked_until = ? ${named} AND ${free}`
      return (await write(db, sql, [after(at, limits.attempt), principal, key, at])) === 1
    }),
  unlock: ({ principal, key }) =>
    alone(async () => {
      await write(db, `UPDATE idempotency_keys SET locked_until = NULL ${named}`, [principal, key])
    }),
})
