import { type Database, deleteAll, inTransaction, isDuplicate } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { NewState, OAuthStates, StateKey, StoredState } from '../model/oauth-ports.ts'
import { stateRows } from './oauth-rows.ts'

/** A used code is known for so long: a second use of it ends what came of the first (RFC 9700 4.5). */
const rememberedMs = 24 * 60 * 60_000

const rowOf = ({ kind, digest }: StateKey, state: NewState) => ({
  kind,
  digest,
  content: state.content,
  expiresAt: state.expiresAt,
  uid: state.uid ?? null,
  accountId: state.accountId ?? null,
  sessionId: state.sessionId ?? null,
})

/** What is a part of a session is there while that lives. */
const living = `
  FROM oauth_state s LEFT JOIN session e ON e.id = s.session_id
  WHERE (s.session_id IS NULL OR (e.revoked_at IS NULL AND e.ends_at > ?))
    AND (s.expires_at > ? OR s.consumed_at > ?) AND s.kind = ?`

const findBy =
  (db: Database, column: 'digest' | 'uid') =>
  async ({ kind, digest }: StateKey, now: Date): Promise<StoredState | undefined> => {
    const remembered = new Date(now.getTime() - rememberedMs)
    const [found]: (Omit<StoredState, 'consumedAt'> & { consumedAt: Date | null })[] =
      await db.manager.query(
        `SELECT s.digest, s.content, s.expires_at AS expiresAt, s.consumed_at AS consumedAt
         ${living} AND s.${column} = ?`,
        [now, now, remembered, kind, digest],
      )
    return found && { ...found, consumedAt: found.consumedAt ?? undefined }
  }

/** Whoever comes second with something that serves once has stolen it, or was stolen from: the session ends. */
export const endSessionOf = async (
  tx: EntityManager,
  table: 'oauth_state' | 'refresh_token',
  digest: string,
  at: Date,
): Promise<void> => {
  await tx.query(
    `UPDATE session e JOIN ${table} t ON t.session_id = e.id
     SET e.revoked_at = ? WHERE t.digest = ? AND e.revoked_at IS NULL`,
    [at, digest],
  )
}

const consume =
  (db: Database): OAuthStates['consume'] =>
  ({ kind, digest }, at) =>
    inTransaction(db, async (tx) => {
      const { affectedRows }: { affectedRows: number } = await tx.query(
        `UPDATE oauth_state SET consumed_at = ?
         WHERE kind = ? AND digest = ? AND consumed_at IS NULL AND expires_at > ?`,
        [at, kind, digest, at],
      )
      if (affectedRows === 1) return true
      await endSessionOf(tx, 'oauth_state', digest, at)
      return false
    })

/** What the authorization server keeps between two requests, in `micromart_user`. */
export const oauthStatesMysql = (db: Database): OAuthStates => {
  const findByUid = findBy(db, 'uid')
  return {
    put: async (key, state) => {
      await db.manager.upsert(stateRows, rowOf(key, state), ['kind', 'digest'])
    },
    add: async (key, state) => {
      try {
        await db.manager.insert(stateRows, rowOf(key, state))
        return true
      } catch (error) {
        if (isDuplicate(error)) return false
        throw error
      }
    },
    find: findBy(db, 'digest'),
    findByUid: (kind, uid, now) => findByUid({ kind, digest: uid }, now),
    consume: consume(db),
    remove: async ({ kind, digest }) => {
      await db.manager.delete(stateRows, { kind, digest })
    },
    prune: (now) =>
      deleteAll(
        db,
        'DELETE FROM oauth_state WHERE expires_at <= ? AND (consumed_at IS NULL OR consumed_at <= ?)',
        [now, new Date(now.getTime() - rememberedMs)],
      ),
  }
}
