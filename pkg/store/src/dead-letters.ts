import {
  type DeadLetters,
  type DeadLetterState,
  decodeCursor,
  encodeCursor,
} from '@micromart/kernel'
import type { DataSource } from 'typeorm'
import { recordAudit } from './audit.ts'
import { selectLetters } from './dead-letter-rows.ts'
import { alone, deleteAll, write } from './table.ts'
import { inStatement, inTransaction } from './transaction.ts'

const noteFailure =
  (db: DataSource): DeadLetters['noteFailure'] =>
  async ({ eventId, topic, reason, attempts, at }) => {
    await inStatement(db, (tx) =>
      write(
        tx,
        `INSERT INTO event_failures (event_id, topic, reason, attempts, first_failed_at, last_failed_at)
         VALUES (?, ?, ?, ?, ?, ?)
         ON DUPLICATE KEY UPDATE reason = ?, attempts = attempts + ?, last_failed_at = ?`,
        [
          eventId,
          topic,
          reason.slice(0, 100),
          attempts,
          at,
          at,
          reason.slice(0, 100),
          attempts,
          at,
        ],
      ),
    )
  }

/** A letter that is there already stays as it is: the broker may deliver it twice, also after it was decided. */
const keep =
  (db: DataSource): DeadLetters['keep'] =>
  async ({ id, topic, payload, traceparent, at }) => {
    await inStatement(db, (tx) =>
      write(
        tx,
        `INSERT INTO dead_letters (id, topic, payload, traceparent, state, received_at)
         SELECT ?, COALESCE(?, (SELECT topic FROM event_failures WHERE event_id = ?), ''), ?, ?, 'open', ?
         FROM DUAL
         ON DUPLICATE KEY UPDATE dead_letters.state = dead_letters.state`,
        [id, topic ?? null, id, payload, traceparent ?? null, at],
      ),
    )
  }

const placeOf = (cursor: string | undefined, state: string): string => {
  const place = cursor === undefined ? undefined : decodeCursor(cursor, state)
  return typeof place === 'string' && /^\d{1,20}$/.test(place) ? place : '18446744073709551615'
}

const list =
  (db: DataSource): DeadLetters['list'] =>
  async ({ state, limit, cursor }) => {
    const boundTo = state ?? ''
    const ofState = state === undefined ? '' : 'AND l.state = ?'
    const values = [placeOf(cursor, boundTo), ...(state === undefined ? [] : [state]), limit + 1]
    const found = await alone(() =>
      selectLetters(db, `WHERE l.seq < ? ${ofState} ORDER BY l.seq DESC LIMIT ?`, values),
    )
    const page = found.slice(0, limit)
    const last = found.length > limit ? page.at(-1) : undefined
    return {
      items: page.map(({ letter }) => letter),
      nextCursor: last && encodeCursor(last.seq, boundTo),
    }
  }

const stateAfter: { readonly [action: string]: DeadLetterState } = {
  replayed: 'replayed',
  replay_failed: 'open',
  discarded: 'discarded',
}

const decide =
  (db: DataSource): DeadLetters['decide'] =>
  (id, { at, actor, action, note }, entry) =>
    inTransaction(db, async (tx) => {
      const state = stateAfter[action]
      const open = `UPDATE dead_letters SET state = ? WHERE id = ? AND state = 'open'`
      if ((await write(tx, open, [state, id])) === 0) return false
      await write(
        tx,
        `INSERT INTO dead_letter_decisions (letter_id, at, actor, action, note)
         VALUES (?, ?, ?, ?, ?)`,
        [id, at, actor, action, note],
      )
      await recordAudit(tx, entry)
      return true
    })

/** A consumer's dead letters in its own database (`deadLetterTables`). */
export const deadLettersMysql = (db: DataSource): DeadLetters => ({
  noteFailure: noteFailure(db),
  lastReason: async (eventId) => {
    const sql = 'SELECT reason FROM event_failures WHERE event_id = ?'
    const [row] = await alone(() => db.query<{ reason: string }[]>(sql, [eventId]))
    return row?.reason
  },
  keep: keep(db),
  list: list(db),
  get: async (id) => {
    const [found] = await alone(() => selectLetters(db, 'WHERE l.id = ?', [id]))
    return found?.letter
  },
  decide: decide(db),
  countOpen: async () => {
    const [row] = await alone(() =>
      db.query<{ n: string }[]>(`SELECT COUNT(*) AS n FROM dead_letters WHERE state = 'open'`),
    )
    return Number(row?.n ?? 0)
  },
  prune: async (before) => {
    const old = `DELETE FROM event_failures WHERE last_failed_at < ?
      AND event_id NOT IN (SELECT id FROM dead_letters)`
    await deleteAll(db, old, [before])
  },
})
