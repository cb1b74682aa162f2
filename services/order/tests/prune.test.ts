import { expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { openDatabase } from '@micromart/store'
import { testDatabase } from '@micromart/testing'
import { migrations } from '../src/repository/migrations/index.ts'
import { ordersMysql } from '../src/repository/orders-mysql.ts'
import { entities } from '../src/repository/rows.ts'

const day = 24 * 3_600_000

it('forgets keys after three days and cart versions after sixty, not before', async () => {
  await using database = await testDatabase('order', migrations)
  await using db = await openDatabase({ url: database.url, entities })
  const orders = ordersMysql(db, systemIds, { event: () => {}, entries: () => {} })
  const now = new Date()
  const key = `INSERT INTO order_keys (principal, idem_key, order_id, fingerprint, created_at)
    VALUES ('member:a', ?, ?, 'f', ?)`
  await db.query(key, ['old', systemIds.next(), new Date(now.getTime() - 3 * day - 1_000)])
  await db.query(key, ['young', systemIds.next(), new Date(now.getTime() - 2 * day)])
  const cart = 'INSERT INTO cart_checkout (cart_id, version, order_id) VALUES (?, ?, ?)'
  await db.query(cart, ['c', '1', '01900000-0000-7000-8000-000000000001'])
  await db.query(cart, ['c', '2', systemIds.next()])
  await db.query('INSERT INTO cart_locks (cart_id, locked_at) VALUES (?, ?)', [
    'c',
    new Date(now.getTime() - 2 * day),
  ])

  await orders.prune(now)

  expect(await db.query('SELECT idem_key FROM order_keys')).toEqual([{ idem_key: 'young' }])
  expect(await db.query('SELECT version FROM cart_checkout')).toEqual([{ version: '2' }])
  expect(await db.query('SELECT * FROM cart_locks')).toEqual([])
})
