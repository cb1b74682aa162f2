import { randomBytes } from 'node:crypto'
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

/** A migrated database of its own in the shared MariaDB or MySQL; disposing drops it. */
export const testDatabase = async (
  service: string,
  migrations: Parameters<typeof migrate>[0]['migrations'],
): Promise<TestDatabase> => {
  const admin = fromEnvironment('MICROMART_TEST_MYSQL_URL')
  const name = `test_${service}_${randomBytes(6).toString('hex')}`
  await run(admin, `CREATE DATABASE ${name} CHARACTER SET utf8mb4`)
  const url = new URL(admin)
  url.pathname = `/${name}`
  const drop = () => run(admin, `DROP DATABASE IF EXISTS ${name}`)
  try {
    await migrate({ url: url.href, migrations, log: silentLog })
  } catch (error) {
    await drop()
    throw error
  }
  return { url: url.href, name, [Symbol.asyncDispose]: drop }
}
