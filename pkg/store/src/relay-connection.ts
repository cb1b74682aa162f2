import mysql from 'mysql2/promise'
import type { DataSource } from 'typeorm'
import type { OutboxEvent } from './outbox.ts'

export type StoredEvent = OutboxEvent & { readonly seq: string }

/** What rests: some aggregates, and some topics with what follows in the aggregates that tell on them. */
type Waiting = { readonly aggregates: readonly string[]; readonly topics: readonly string[] }

/** The relay's own connection. It holds the lock *and* does the reading: who lost the lock cannot read any more either. */
export type RelayConnection = AsyncDisposable & {
  /** Whether this process is the one relay of the database from now on; frees itself when the connection ends. */
  readonly lock: () => Promise<boolean>
  /** The oldest unsent events without those that have to wait. */
  readonly unsent: (limit: number, waiting: Waiting) => Promise<readonly StoredEvent[]>
  readonly markSent: (seqs: readonly string[], at: Date) => Promise<void>
  /** Deletes events sent before a moment; answers how many, at most 1000. */
  readonly prune: (before: Date) => Promise<number>
}

type EventRow = mysql.RowDataPacket & {
  seq: string
  id: string
  topic: string
  aggregate_id: string
  payload: string
  traceparent: string | null
  occurred_at: Date
}

const eventOf = (row: EventRow): StoredEvent => ({
  seq: row.seq,
  id: row.id,
  topic: row.topic,
  aggregateId: row.aggregate_id,
  payload: JSON.parse(row.payload) as unknown,
  traceparent: row.traceparent ?? undefined,
  occurredAt: row.occurred_at,
})

/** Where each aggregate's first event on a topic that rests holds up what follows it. */
const heldUp = `LEFT JOIN (
    SELECT aggregate_id, MIN(seq) AS seq FROM outbox
    WHERE sent_at IS NULL AND topic IN (?) GROUP BY aggregate_id
  ) held ON held.aggregate_id = o.aggregate_id`

type Ask = <T extends mysql.RowDataPacket[] | mysql.ResultSetHeader>(
  sql: string,
  values?: readonly unknown[],
) => Promise<T>

const askOn =
  (connection: mysql.Connection, timeout: number): Ask =>
  async <T extends mysql.RowDataPacket[] | mysql.ResultSetHeader>(
    sql: string,
    values: readonly unknown[] = [],
  ) =>
    (await connection.query<T>({ sql, values: [...values], timeout }))[0]

const unsentIn =
  (ask: Ask): RelayConnection['unsent'] =>
  async (limit, { aggregates, topics }) => {
    const holding = topics.length > 0
    const others = aggregates.length > 0 ? 'AND o.aggregate_id NOT IN (?)' : ''
    const rows = await ask<EventRow[]>(
      `SELECT o.seq, o.id, o.topic, o.aggregate_id, o.payload, o.traceparent, o.occurred_at
       FROM outbox o ${holding ? heldUp : ''}
       WHERE o.sent_at IS NULL ${others} ${holding ? 'AND (held.seq IS NULL OR o.seq < held.seq)' : ''}
       ORDER BY o.seq LIMIT ?`,
      [...[topics, aggregates].filter((names) => names.length > 0), limit],
    )
    return rows.map(eventOf)
  }

const lockOn = (ask: Ask) => async (): Promise<boolean> => {
  const rows = await ask<mysql.RowDataPacket[]>(
    `SELECT GET_LOCK(CONCAT('mm-relay-', LEFT(SHA2(DATABASE(), 256), 40)), 0) AS locked`,
  )
  return Number(rows[0]?.['locked']) === 1
}

/** What reads and marks the outbox takes milliseconds: a server that is silent so long is gone, and the next turn connects anew. */
const longestStatementMs = 10_000

/** Longer than a round takes, so that only a process that stands still, or a host that is gone, is silent so long. */
const longestSilenceS = 30

/**
 * Connects to the database of a data source, beside its pool. The server ends the connection, and with it the lock, when
 * nothing was heard on it for so many seconds.
 * @param limits how long the server may hear nothing, in seconds, and how long a statement may take, in milliseconds
 */
export const connectRelay = async (
  { options }: DataSource,
  { silenceS = longestSilenceS, statementMs = longestStatementMs } = {},
): Promise<RelayConnection> => {
  if (options.type !== 'mysql') throw new Error('the outbox lives in MySQL')
  const { host, port, username: user, password, database, ssl } = options
  const connection = await mysql.createConnection({
    ...({ host, port, user, password, database, ssl } as mysql.ConnectionOptions),
    timezone: 'Z',
    supportBigNumbers: true,
    bigNumberStrings: true,
    connectTimeout: 5000,
  })
  connection.on('error', () => {}) // the next query reports it
  const ask = askOn(connection, statementMs)
  await ask('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
  await ask('SET SESSION wait_timeout = ?', [silenceS])
  return {
    lock: lockOn(ask),
    unsent: unsentIn(ask),
    markSent: async (seqs, at) => {
      await ask('UPDATE outbox SET sent_at = ? WHERE seq IN (?)', [at, seqs])
    },
    prune: async (before) => {
      const old = 'DELETE FROM outbox WHERE sent_at < ? LIMIT 1000'
      return (await ask<mysql.ResultSetHeader>(old, [before])).affectedRows
    },
    [Symbol.asyncDispose]: async () => connection.destroy(),
  }
}
