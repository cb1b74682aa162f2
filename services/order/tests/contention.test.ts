import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { type Database, openDatabase } from '@micromart/store'
import { testDatabase } from '@micromart/testing'
import type { KeyRef } from '../src/model/idempotency.ts'
import { keysMysql } from '../src/repository/keys-mysql.ts'
import { migrations } from '../src/repository/migrations/index.ts'
import { entities } from '../src/repository/rows.ts'

const running = new AsyncDisposableStack()
let db: Database
beforeAll(async () => {
  const { url } = running.use(await testDatabase('order', migrations))
  db = running.use(await openDatabase({ url, entities }))
})
afterAll(() => running.disposeAsync())

const aKey = async (): Promise<KeyRef> => {
  const key = { principal: `member:${systemIds.next()}`, key: 'k' } as const
  await db.query(
    `INSERT INTO order_keys (principal, idem_key, order_id, fingerprint, created_at)
     VALUES (?, 'k', ?, 'f', ?)`,
    [key.principal, systemIds.next(), new Date()],
  )
  return key
}

/** The database, whose next statement is the victim of a deadlock. */
const contended = (): Database => {
  let victims = 1
  const query = (sql: string, values?: unknown[]) => {
    victims -= 1
    if (victims >= 0) throw Object.assign(new Error('Deadlock found'), { errno: 1213 })
    return db.query(sql, values)
  }
  const properties = { query: { value: query }, manager: { value: { query } } }
  return Object.create(db, properties) as Database
}

it('runs a single statement again that lost against a transaction', async () => {
  const key = await aKey()
  expect(await keysMysql(contended()).lock(key, new Date())).toBeInstanceOf(Date)
  expect((await keysMysql(contended()).find(key))?.lockedUntil).toBeInstanceOf(Date)
})

it('does not free the lock of the attempt that came after its own', async () => {
  const key = await aKey()
  const keys = keysMysql(db)
  const began = new Date()
  const mine = await keys.lock(key, began)
  const later = new Date(began.getTime() + 13_000)
  const theirs = await keys.lock(key, later)
  await keys.unlock(key, mine ?? began)
  expect((await keys.find(key))?.lockedUntil).toEqual(theirs)
  await keys.unlock(key, theirs ?? began)
  expect((await keys.find(key))?.lockedUntil).toBeUndefined()
})
