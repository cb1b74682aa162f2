import mysql from 'mysql2/promise'
import type { DataSource } from 'typeorm'
import type { OutboxEvent } from './outbox.ts'

export type StoredEvent = OutboxEvent & { readonly seq: string }

/** The relay's own connection. It holds the lock *and* does the reading: who lost the lock cannot read any more either. */
export type RelayConnection = AsyncDisposable & {
  /** Whether this process is the one relay of the database from now on; frees itself when the connection ends. */
  readonly lock: () => Promise<boolean>
  /** The oldest unsent events, those of some aggregates left out. */
  readonly unsent: (limit: number, without: readonly string[]) => Promise<readonly StoredEvent[]>
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

const unsentIn =
  (connection: mysql.Connection): RelayConnection['unsent'] =>
  async (limit, without) => {
    const others = without.length > 0 ? 'AND aggregate_id NOT IN (?)' : ''
    const values = without.length > 0 ? [without, limit] : [limit]
    const [rows] = await connection.query<EventRow[]>(
      `SELECT seq, id, topic, aggregate_id, payload, traceparent, occurred_at
       FROM outbox WHERE sent_at IS NULL ${others} ORDER BY seq LIMIT ?`,
      values,
    )
    return rows.map(eventOf)
  }

const lockOn = (connection: mysql.Connection) => async (): Promise<boolean> => {
  const [rows] = await connection.query<mysql.RowDataPacket[]>(
    `SELECT GET_LOCK(CONCAT('mm-relay-', LEFT(SHA2(DATABASE(), 256), 40)), 0) AS locked`,
  )
  return Number(rows[0]?.['locked']) === 1
}

/** Longer than a round takes, so that only a process that stands still, or a host that is gone, is silent so long. */
const longestSilenceS = 30

/**
 * Connects to the database of a data source, beside its pool. The server ends the connection, and with it the lock, when
 * nothing was heard on it for so many seconds.
 */
export const connectRelay = async (
  { options }: DataSource,
  silenceS = longestSilenceS,
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
  await connection.query('SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED')
  await connection.query('SET SESSION wait_timeout = ?', [silenceS])
  return {
    lock: lockOn(connection),
    unsent: unsentIn(connection),
    markSent: async (seqs, at) => {
      await connection.query('UPDATE outbox SET sent_at = ? WHERE seq IN (?)', [at, seqs])
    },
    prune: async (before) => {
      const [{ affectedRows }] = await connection.query<mysql.ResultSetHeader>(
        'DELETE FROM outbox WHERE sent_at < ? LIMIT 1000',
        [before],
      )
      return affectedRows
    },
    [Symbol.asyncDispose]: async () => connection.destroy(),
  }
}
