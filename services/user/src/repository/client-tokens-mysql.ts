import { type Database, inTransaction } from '@micromart/store'
import type { ClientTokens, StoredState } from '../model/oauth-ports.ts'
import { endSessionOf } from './oauth-states-mysql.ts'

type Found = Omit<StoredState, 'consumedAt'> & { consumedAt: Date | null }

/** A used one is found whatever its age: whoever brings it again ends the session. */
const find =
  (db: Database): ClientTokens['find'] =>
  async (digest, now) => {
    const [found]: Found[] = await db.manager.query(
      `SELECT t.digest, t.content, t.expires_at AS expiresAt, t.used_at AS consumedAt
         FROM refresh_token t JOIN session e ON e.id = t.session_id
         WHERE t.digest = ? AND t.content IS NOT NULL AND e.revoked_at IS NULL AND e.ends_at > ?
           AND (t.used_at IS NOT NULL OR t.expires_at > ?)`,
      [digest, now, now],
    )
    return found && { ...found, consumedAt: found.consumedAt ?? undefined }
  }

/** The WHERE is the check: of uses at once one finds the token unused, every other ends the session. */
const consume =
  (db: Database): ClientTokens['consume'] =>
  (digest, at) =>
    inTransaction(db, async (tx) => {
      const { affectedRows }: { affectedRows: number } = await tx.query(
        `UPDATE refresh_token t JOIN session e ON e.id = t.session_id
         SET t.used_at = ?, e.last_used_at = ?
         WHERE t.digest = ? AND t.used_at IS NULL AND t.expires_at > ?`,
        [at, at, digest, at],
      )
      if (affectedRows > 0) return true
      await endSessionOf(tx, 'refresh_token', digest, at)
      return false
    })

/** The refresh tokens of clients, in the table of all refresh tokens. */
export const clientTokensMysql = (db: Database): ClientTokens => ({
  add: async (sessionId, { digest, expiresAt }, content) => {
    await db.manager.query(
      'INSERT INTO refresh_token (digest, session_id, expires_at, content) VALUES (?, ?, ?, ?)',
      [digest, sessionId, expiresAt, content],
    )
  },
  find: find(db),
  consume: consume(db),
})
