import { setTimeout as pause } from 'node:timers/promises'
import type { Log } from '@micromart/kernel'
import mysql from 'mysql2/promise'
import { addressOf } from './address.ts'
import { dataSourceFor } from './database.ts'
import { isLost } from './faults.ts'
import type { MigrationClass } from './migration.ts'

type MigrateOptions = {
  /** The DDL account. */
  readonly url: string
  readonly migrations: readonly MigrationClass[]
  readonly log: Log
}

const oneMinute = 60

/** A pod's way to the database opens moments after it has started, and the server may start beside it. */
const connected = async (url: string): Promise<mysql.Connection> => {
  for (let left = oneMinute; ; left -= 1) {
    try {
      return await mysql.createConnection(addressOf(url))
    } catch (error) {
      if (left === 0 || !isLost(error)) throw error
      await pause(1000)
    }
  }
}

/** Only one of several starting replicas migrates, the others wait. Closing the connection frees the lock. */
const lockMigrations = async (url: string): Promise<AsyncDisposable> => {
  const connection = await connected(url)
  const [rows] = await connection.query<mysql.RowDataPacket[]>(
    `SELECT GET_LOCK(CONCAT('mm-migrate-', LEFT(SHA2(DATABASE(), 256), 40)), ?) AS locked`,
    [oneMinute],
  )
  const unlock = { [Symbol.asyncDispose]: () => connection.end() }
  if (Number(rows[0]?.['locked']) === 1) return unlock
  await connection.end()
  throw new Error('another process has been migrating this database for a minute')
}

/**
 * Brings a database to the present schema.
 * @returns how many migrations were run; 0 when there was nothing to do
 */
export const migrate = async ({ url, migrations, log }: MigrateOptions): Promise<number> => {
  await using stack = new AsyncDisposableStack()
  stack.use(await lockMigrations(url))
  const source = dataSourceFor({ url, entities: [], migrations, poolSize: 2 })
  await source.initialize()
  stack.defer(() => source.destroy())
  const run = await source.runMigrations()
  log.info({ migrations: run.map(({ name }) => name) }, `${run.length} migrations run`)
  return run.length
}
