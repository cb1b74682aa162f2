import {
  type Database,
  deadLettersMysql,
  inStatement,
  pruneIdempotency,
  pruneInbox,
  write,
} from '@micromart/store'
import { after } from '../model/limits.ts'
import type { Orders } from '../model/ports.ts'

const day = 24 * 3_600_000

/** Days that a row is kept; each longer than anything that could still ask for it. */
const kept = {
  /** Keys outlive the longest saga, a day, and every client's retries. */
  keys: 3,
  locks: 1,
  /** An access token lives five minutes, a request seconds. */
  erasedUsers: 1,
  /** A cart ends 30 days after its last change. */
  cartVersions: 60,
  /** The broker's longest redelivery is minutes, a replay by the desk days. */
  inbox: 30,
  /** Notes of failed deliveries that came through in the end. */
  failures: 7,
} as const

/** A UUIDv7 that sorts before all those made since (RFC 9562: the first 48 bits are milliseconds). */
const firstIdAt = (at: Date): string => {
  const time = at.getTime().toString(16).padStart(12, '0')
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`
}

const daysBefore = (at: Date, days: number): Date => after(at, -days * day)

const most = 1_000

/** Deletes in small pieces: a checkout never waits long for it. */
export const pruneOld =
  (db: Database): Orders['prune'] =>
  (at) =>
    inStatement(db, async (tx) => {
      const remove = async (from: string, value: unknown) => {
        const sql = `DELETE FROM ${from} < ? LIMIT ${most}`
        while ((await write(tx, sql, [value])) === most);
      }
      await remove('order_keys WHERE created_at', daysBefore(at, kept.keys))
      await remove('cart_locks WHERE locked_at', daysBefore(at, kept.locks))
      await remove('erased_users WHERE erased_at', daysBefore(at, kept.erasedUsers))
      await remove('cart_checkout WHERE order_id', firstIdAt(daysBefore(at, kept.cartVersions)))
      await pruneInbox(db, daysBefore(at, kept.inbox))
      await pruneIdempotency(db, at)
      await deadLettersMysql(db).prune(daysBefore(at, kept.failures))
    })
