import type { Socket } from 'node:net'
import type { Connection, QueryValues } from 'mysql2'
import {
  type DataSource,
  QueryFailedError,
  type QueryRunner,
  QueryRunnerAlreadyReleasedError,
} from 'typeorm'
import { type QueryRecord, queryRecord } from './query-telemetry.ts'

/** The driver's connection with what it is made of. */
type Wire = Connection & { readonly stream: Socket }

const silence = () =>
  Object.assign(new Error('the database does not answer'), { code: 'PROTOCOL_SEQUENCE_TIMEOUT' })

/**
 * Ends a connection on which the server has said nothing for too long: a server whose machine or network is gone says no good-bye,
 * and TCP would wait a quarter of an hour for it, the pool's connections with it. What runs on it fails as on any lost one.
 * @returns what to call with the answer
 */
const watched = ({ stream }: Wire, limitMs: number): (() => void) => {
  const timer = setTimeout(() => stream.destroy(silence()), limitMs)
  return () => clearTimeout(timer)
}

/** One statement over the driver's callback: its promises take a stack trace and a wrapper for each. */
const ask = (connection: Connection, text: string, values: QueryValues): Promise<unknown> =>
  new Promise((resolve, reject) => {
    connection.query(text, values, (error, rows) => {
      if (error) reject(error)
      else resolve(rows)
    })
  })

const directQuery = (
  runner: QueryRunner,
  record: QueryRecord,
  statementMs: number,
): QueryRunner['query'] => {
  const builders = runner.query.bind(runner)
  return async (text: string, values?: readonly unknown[], structured?: boolean) => {
    if (runner.isReleased) throw new QueryRunnerAlreadyReleasedError()
    const connection = (await runner.connect()) as Wire
    const answered = watched(connection, statementMs)
    const begun = performance.now()
    let success = false
    try {
      const rows = await (structured
        ? builders(text, values as never, true)
        : ask(connection, text, values as QueryValues))
      success = true
      return rows as never
    } catch (cause) {
      if (cause instanceof QueryFailedError) throw cause
      throw new QueryFailedError(text, values as never, cause as Error) // of whatever realm
    } finally {
      answered()
      record(text, performance.now() - begun, success)
    }
  }
}

/**
 * Has every statement of a data source measured and traced, and leads those that are plain SQL past TypeORM's events and the
 * driver's promises: together they cost as much as the statement's own way to the socket.
 * @param statementMs how long one may take
 */
export const queryDirectly = (source: DataSource, statementMs: number): void => {
  const record = queryRecord(String(source.options.database))
  const create = source.createQueryRunner.bind(source)
  source.createQueryRunner = (mode) => {
    const runner = create(mode)
    runner.query = directQuery(runner, record, statementMs)
    return runner
  }
}
