import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { pathToFileURL } from 'node:url'
import { silentLog } from '@micromart/kernel'
import { migrate } from '@micromart/store'
import mysql from 'mysql2/promise'

const fromEnvironment = (name: string): string => {
  const value = process.env[name]
  if (!value) throw new Error(`${name} is not set: npm test prepares the stores and sets it`)
  return value
}

/** The Redis that tests share; use keys of your own. */
export const testRedisUrl = (): string => fromEnvironment('MICROMART_TEST_REDIS_URL')

export type TestDatabase = AsyncDisposable & { readonly url: string; readonly name: string }

const run = async (url: string, statement: string): Promise<void> => {
  const connection = await mysql.createConnection(url)
  try {
    await connection.query(statement)
  } finally {
    await connection.end()
  }
}

type Migrations = Parameters<typeof migrate>[0]['migrations']

/** Those of the checkout that MICROMART_SCHEMA_OF names: a release goes on over the schema of the one that comes. */
const newerMigrations = async (service: string): Promise<Migrations> => {
  const folder = process.env['MICROMART_SCHEMA_OF']
  if (!folder) return []
  const file = path.join(folder, 'services', service, 'src', 'repository', 'migrations', 'index.ts')
  if (!existsSync(file)) return []
  const newer = (await import(pathToFileURL(file).href)) as { readonly migrations: Migrations }
  return newer.migrations
}

/**
 * A migrated database of its own in the shared MariaDB or MySQL; disposing drops it. Migrated by a newer checkout afterwards, where
 * MICROMART_SCHEMA_OF names one.
 */
export const testDatabase = async (
  service: string,
  migrations: Migrations,
): Promise<TestDatabase> => {
  const admin = fromEnvironment('MICROMART_TEST_MYSQL_URL')
  const name = `test_${service}_${randomBytes(6).toString('hex')}`
  await run(admin, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  const drop = () => run(admin, `DROP DATABASE IF EXISTS ${name}`)
  try {
    await migrate({ url: url.href, migrations, log: silentLog })
    const newer = await newerMigrations(service)
    if (newer.length > 0) await migrate({ url: url.href, migrations: newer, log: silentLog })
  } catch (error) {
    await drop()
    throw error
  }
  return { url: url.href, name, [Symbol.asyncDispose]: drop }
}
