import type { Log } from '@micromart/kernel'
import mysql from 'mysql2/promise'
import type { MigrationInterface, QueryRunner } from 'typeorm'
import { addressOf } from './address.ts'
import { dataSourceFor } from './database.ts'

/** A TypeORM migration; its name ends in the 13 digits of a JavaScript time, which order them. */
export type MigrationClass = new () => MigrationInterface

type MigrateOptions = {
  /** The DDL account. */
  readonly url: string
  readonly migrations: readonly MigrationClass[]
  readonly log: Log
}

/**
 * A migration that is a list of statements. Each can be run again (`IF NOT EXISTS`): DDL commits by itself, so a crash
 * leaves a step half done.
 * @param name ends in 13 digits, such as `CreatePayments1763800000001`
 */
export const sqlMigration = (name: string, statements: readonly string[]): MigrationClass =>
  class implements MigrationInterface {
    readonly name = name

    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statements) await runner.query(statement)
    }

    /** There is no way back: an older service runs on the newer schema, a fault is mended forwards. */
    async down(): Promise<void> {}
  }

const oneMinute = 60

/** Only one of several starting replicas migrates, the others wait. Closing the connection frees the lock. */
const lockMigrations = async (url: string): Promise<AsyncDisposable> => {
  const connection = await mysql.createConnection(addressOf(url))
  const [rows] = await connection.query<mysql.RowDataPacket[]>(
    `SELECT GET_LOCK(CONCAT('mm-migrate-', SHA1(DATABASE())), ?) AS locked`,
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
