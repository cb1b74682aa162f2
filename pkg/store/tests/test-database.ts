import { randomUUID } from 'node:crypto'
import { silentLog, systemIds } from '@micromart/kernel'
import mysql from 'mysql2/promise'
import {
  auditMigrations,
  type Database,
  deadLetterTables,
  idempotencyTables,
  inboxTables,
  migrate,
  type NewEvent,
  openDatabase,
  outboxRows,
  outboxTables,
  sqlMigration,
} from '../src/index.ts'

const counters = `CREATE TABLE IF NOT EXISTS counters (
  name VARCHAR(20) PRIMARY KEY, value BIGINT NOT NULL, KEY counters_value (value))`

export const migrations = [
  sqlMigration('CreateCounters1763800000001', [counters]),
  sqlMigration('CreateBoxes1763800000002', [...outboxTables(), ...inboxTables()]),
  sqlMigration('CreateKeys1763800000003', idempotencyTables()),
  sqlMigration('CreateLetters1763800000004', deadLetterTables()),
  ...auditMigrations(1_763_800_000_005),
]

/** An empty database of its own, dropped at the end. */
export const emptyDatabase = async (): Promise<{ url: string } & AsyncDisposable> => {
  const server = new URL(process.env['MICROMART_TEST_MYSQL_URL'] ?? 'mysql://root@127.0.0.1:3399')
  const name = `mm_store_${randomUUID().slice(0, 8)}`
  const run = async (statement: string) => {
    const connection = await mysql.createConnection(server.href)
    await connection.query(statement)
    await connection.end()
  }
  await run(`CREATE DATABASE ${name}`)
  const url = new URL(`/${name}`, server).href
  return { url, [Symbol.asyncDispose]: () => run(`DROP DATABASE ${name}`) }
}

export type TestStore = {
  readonly db: Database
  readonly url: string
  /** Ends a connection from outside. */
  readonly kill: (connectionId: number) => Promise<void>
} & AsyncDisposable

/** A migrated database with its pool open. */
export const openStore = async (): Promise<TestStore> => {
  await using stack = new AsyncDisposableStack()
  const { url } = stack.use(await emptyDatabase())
  await migrate({ url, migrations, log: silentLog })
  const db = stack.use(await openDatabase({ url, entities: [outboxRows], migrations }))
  const kill = async (id: number) => {
    const outside = await mysql.createConnection(url)
    await outside.query(`KILL ${id}`)
    await outside.end()
  }
  const open = stack.move()
  return { db, url, kill, [Symbol.asyncDispose]: () => open.disposeAsync() }
}

export const anEvent = (of: Partial<NewEvent> = {}): NewEvent => ({
  id: systemIds.next(),
  topic: 'thing.happened.v1',
  aggregateId: systemIds.next(),
  payload: { thing: 'é', many: '9007199254740993' },
  occurredAt: new Date('2026-01-02T03:04:05.678Z'),
  ...of,
})

/** Polls until a condition holds. */
export const eventually = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = Date.now() + 10_000
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error('it did not happen within 10 s')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
