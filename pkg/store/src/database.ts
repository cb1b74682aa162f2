import mysql from 'mysql2'
import { DataSource, type EntitySchema, type Logger } from 'typeorm'
import { addressOf } from './address.ts'
import { joinAmbient } from './ambient.ts'
import { isUnproven } from './faults.ts'
import { queryDirectly } from './direct-queries.ts'
import type { MigrationClass } from './migration.ts'
import { watchPool } from './pool-metrics.ts'
import { countRetries } from './transaction.ts'

export type DatabaseOptions = {
  /** As `addressOf` reads it, the serving account (DML only). */
  readonly url: string
  readonly entities: readonly EntitySchema[]
  /** When given, a database that lacks one of them is refused. */
  readonly migrations?: readonly MigrationClass[]
  /** Connections kept at most, default 15. */
  readonly poolSize?: number
  /** How long a statement may take before its connection counts as lost, default 20 s: longer than anybody waits for it. */
  readonly statementMs?: number
}

const longestStatementMs = 20_000

/** An open database; disposing it closes the pool after the queries under way. */
export type Database = DataSource & AsyncDisposable

/**
 * What every connection of a service holds to. A lost wait for a lock ends after 3 s, because a checkout has 10 s in all. MariaDB
 * ends a transaction that was left standing for 30 s, by a process that is frozen or a machine that is gone: its rows are not locked
 * until TCP notices, after hours. MySQL has no such setting, and reads a comment.
 * The SQL mode is spelled out: the servers' defaults differ.
 */
const sessionSettings = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  `SET SESSION innodb_lock_wait_timeout = 3, time_zone = '+00:00',
     sql_mode = 'STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION'
     /*M! , idle_transaction_timeout = 30 */`,
]

/** mysql2, with every new connection set up before its first use: commands of one connection run in order. */
const preparedDriver = {
  ...mysql,
  createPool: (options: mysql.PoolOptions) => {
    const pool = mysql.createPool(options)
    pool.on('connection', (connection) => {
      for (const setting of sessionSettings) {
        connection.query(setting, (error) => {
          if (error) connection.destroy()
        })
      }
    })
    return pool
  },
}

const nothing = () => {}

/** TypeORM says nothing itself: errors are thrown, and what is thrown is logged once, where it ends. */
const quiet: Logger = {
  logQuery: nothing,
  logQueryError: nothing,
  logQuerySlow: nothing,
  logSchemaBuild: nothing,
  logMigration: nothing,
  log: nothing,
}

/** A data source that is not connected yet; `migrate` and `openDatabase` share its settings. */
export const dataSourceFor = (options: DatabaseOptions): DataSource => {
  const { user, ...address } = addressOf(options.url)
  return new DataSource({
    type: 'mysql',
    ...address,
    username: user,
    driver: preparedDriver,
    entities: [...options.entities],
    migrations: [...(options.migrations ?? [])],
    migrationsTransactionMode: 'none', // DDL commits by itself; each step can be run again
    poolSize: options.poolSize ?? 15,
    charset: 'utf8mb4_unicode_ci',
    timezone: 'Z',
    trace: false, // TypeORM's error has the asynchronous stack; mysql2's own costs a tenth of a query
    connectTimeout: 5000,
    logger: quiet,
    extra: { maxIdle: options.poolSize ?? 15 },
  })
}

const refusePending = async (source: DataSource): Promise<void> => {
  if (await source.showMigrations()) {
    throw new Error(`database ${String(source.options.database)} has migrations that were not run`)
  }
}

/** Says of a server without TLS or with a wrong certificate whose it is: mysql2 tells the reason alone. */
const initialized = (source: DataSource, { url }: DatabaseOptions): Promise<DataSource> =>
  source.initialize().catch((cause: unknown) => {
    if (!isUnproven(cause)) throw cause
    const { host } = new URL(url)
    throw new Error(`the database at ${host} does not prove who it is: ${cause.message}`, { cause })
  })

/**
 * Opens the pool of a service. READ COMMITTED, UTC; `affectedRows` counts *matched* rows (mysql2 sets FOUND_ROWS), so the
 * guard of a conditional UPDATE stands in its WHERE. BIGINT arrives as a string, or as bigint through `bigintColumn`.
 */
export const openDatabase = async (options: DatabaseOptions): Promise<Database> => {
  const source = await initialized(dataSourceFor(options), options)
  const close = async () => {
    if (source.isInitialized) await source.destroy()
  }
  try {
    if (options.migrations) await refusePending(source)
  } catch (error) {
    await close()
    throw error
  }
  queryDirectly(source, options.statementMs ?? longestStatementMs)
  joinAmbient(source)
  countRetries()
  const watch = watchPool(source)
  return Object.assign(source, {
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]()
      await close()
    },
  })
}
