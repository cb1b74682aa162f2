import type { Database } from '@micromart/store'
import type { KeyRef } from '../model/idempotency.ts'
import { after, limits } from '../model/limits.ts'
import type { Keys } from '../model/ports.ts'
import { idempotencyRows } from './rows.ts'

const named = ({ principal, key }: KeyRef) => ({ principal, idemKey: key })

/** Idempotency keys of PlaceOrder, in rows that commit with their orders. */
export const keysMysql = (db: Database): Keys => ({
  find: async (key) => {
    const row = await db.manager.findOneBy(idempotencyRows, named(key))
    if (!row) return undefined
    const { orderId, fingerprint, traceId, lockedUntil, frozen } = row
    return {
      orderId,
      fingerprint,
      traceId: traceId ?? undefined,
      lockedUntil: lockedUntil ?? undefined,
      frozen: frozen ?? undefined,
    }
  },
  lock: async (key, at) => {
    const { affected } = await db.manager
      .createQueryBuilder()
      .update(idempotencyRows)
      .set({ lockedUntil: after(at, limits.attempt) })
      .where(named(key))
      .andWhere('(locked_until IS NULL OR locked_until <= :at)', { at })
      .execute()
    return affected === 1
  },
  unlock: async (key) => {
    await db.manager.update(idempotencyRows, named(key), { lockedUntil: null })
  },
})
