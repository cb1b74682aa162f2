import type { DeadLetter, DeadLetterDecision, DeadLetterState } from '@micromart/kernel'
import { type Connection, marks } from './table.ts'

const ascii = (type: string) => `${type} CHARACTER SET ascii COLLATE ascii_bin`
const text = (type: string) => `${type} CHARACTER SET utf8mb4`

/** The DDL of a consumer's failures, letters and decisions, for its next migration. */
export const deadLetterTables = (): string[] => [
  `CREATE TABLE IF NOT EXISTS event_failures (
     event_id ${ascii('VARCHAR(100)')} NOT NULL PRIMARY KEY,
     topic ${ascii('VARCHAR(100)')} NOT NULL,
     reason ${ascii('VARCHAR(100)')} NOT NULL,
     attempts INT NOT NULL,
     first_failed_at DATETIME(3) NOT NULL,
     last_failed_at DATETIME(3) NOT NULL,
     KEY event_failures_last (last_failed_at)
   ) ENGINE = InnoDB`,
  `CREATE TABLE IF NOT EXISTS dead_letters (
     seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
     id ${ascii('VARCHAR(100)')} NOT NULL,
     topic ${ascii('VARCHAR(100)')} NOT NULL,
     payload ${text('LONGTEXT')} NOT NULL,
     traceparent ${ascii('VARCHAR(55)')} NULL,
     state ${ascii('VARCHAR(10)')} NOT NULL,
     received_at DATETIME(3) NOT NULL,
     UNIQUE KEY dead_letters_id (id),
     KEY dead_letters_state (state, seq)
   ) ENGINE = InnoDB`,
  `CREATE TABLE IF NOT EXISTS dead_letter_decisions (
     seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
     letter_id ${ascii('VARCHAR(100)')} NOT NULL,
     at DATETIME(3) NOT NULL,
     actor ${ascii('VARCHAR(100)')} NOT NULL,
     action ${ascii('VARCHAR(20)')} NOT NULL,
     note ${text('VARCHAR(500)')} NOT NULL,
     KEY dead_letter_decisions_letter (letter_id, seq)
   ) ENGINE = InnoDB`,
]

type LetterRow = {
  readonly seq: string
  readonly id: string
  readonly topic: string
  readonly payload: string
  readonly traceparent: string | null
  readonly state: DeadLetterState
  readonly received_at: Date
  readonly reason: string | null
  readonly attempts: number | null
  readonly first_failed_at: Date | null
  readonly last_failed_at: Date | null
}

type DecisionRow = DeadLetterDecision & { readonly letterId: string }

const letterOf = (row: LetterRow, decisions: readonly DecisionRow[]): DeadLetter => ({
  id: row.id,
  topic: row.topic,
  payload: row.payload,
  traceparent: row.traceparent ?? undefined,
  reason: row.reason ?? 'unrecorded',
  attempts: row.attempts ?? 0,
  firstFailedAt: row.first_failed_at ?? row.received_at,
  lastFailedAt: row.last_failed_at ?? row.received_at,
  state: row.state,
  decisions: decisions.map(({ at, actor, action, note }) => ({ at, actor, action, note })),
})

const decisionsOf = async (
  db: Connection,
  ids: readonly string[],
): Promise<ReadonlyMap<string, readonly DecisionRow[]>> => {
  if (ids.length === 0) return new Map()
  const rows = await db.query<DecisionRow[]>(
    `SELECT letter_id AS letterId, at, actor, action, note
     FROM dead_letter_decisions WHERE letter_id IN (${marks(ids)}) ORDER BY seq`,
    [...ids],
  )
  return Map.groupBy(rows, ({ letterId }) => letterId)
}

const select = `SELECT l.seq, l.id, l.topic, l.payload, l.traceparent, l.state, l.received_at,
    f.reason, f.attempts, f.first_failed_at, f.last_failed_at
  FROM dead_letters AS l LEFT JOIN event_failures AS f ON f.event_id = l.id`

/** @param rest what follows the tables, with `?` for values and `l` for the letter */
export const selectLetters = async (
  db: Connection,
  rest: string,
  values: readonly unknown[],
): Promise<readonly { readonly seq: string; readonly letter: DeadLetter }[]> => {
  const rows = await db.query<LetterRow[]>(`${select} ${rest}`, [...values])
  const decisions = await decisionsOf(
    db,
    rows.map(({ id }) => id),
  )
  return rows.map((row) => ({ seq: row.seq, letter: letterOf(row, decisions.get(row.id) ?? []) }))
}
