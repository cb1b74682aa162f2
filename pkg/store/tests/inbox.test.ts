import { expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { firstTime, inTransaction, pruneInbox } from '../src/index.ts'
import { openStore, type TestStore } from './test-database.ts'

const consume = ({ db }: TestStore, eventId: string, consumer = 'stock') =>
  inTransaction(db, async (tx) => {
    if (!(await firstTime(tx, eventId, consumer))) return false
    await tx.query(`UPDATE counters SET value = value + 1 WHERE name = 'effects'`)
    return true
  })

const effects = async ({ db }: TestStore): Promise<number> => {
  const [row] = await db.query<{ value: string }[]>('SELECT value FROM counters')
  return Number(row?.value)
}

it('lets one of many concurrent deliveries have its effect', async () => {
  await using store = await openStore()
  await store.db.query(`INSERT INTO counters VALUES ('effects', 0)`)
  const id = systemIds.next()
  const deliveries = await Promise.all(Array.from({ length: 8 }, () => consume(store, id)))
  expect(deliveries.filter(Boolean)).toHaveLength(1)
  expect(await effects(store)).toBe(1)
})

it('has the effect at the next delivery when the first one rolled back', async () => {
  await using store = await openStore()
  await store.db.query(`INSERT INTO counters VALUES ('effects', 0)`)
  const id = systemIds.next()
  const failing = inTransaction(store.db, async (tx) => {
    await firstTime(tx, id, 'stock')
    throw new Error('the effect failed')
  })
  await expect(failing).rejects.toThrow('the effect failed')
  expect(await consume(store, id)).toBe(true)
  expect(await consume(store, id)).toBe(false)
  expect(await consume(store, id, 'another consumer')).toBe(true)
})

it('forgets only what was received before the given moment', async () => {
  await using store = await openStore()
  const id = systemIds.next()
  const first = () => inTransaction(store.db, (tx) => firstTime(tx, id, 'stock'))
  expect(await first()).toBe(true)
  await pruneInbox(store.db, new Date(Date.now() - 60_000))
  expect(await first()).toBe(false)
  await pruneInbox(store.db, new Date(Date.now() + 60_000))
  expect(await first()).toBe(true)
})

it('forgets all that is old, however much', async () => {
  await using store = await openStore()
  const row = `(?, 'stock', '2026-01-01')`
  const ids = Array.from({ length: 2_500 }, (_, at) => String(at))
  await store.db.query(
    `INSERT INTO inbox (event_id, consumer, received_at) VALUES ${ids.map(() => row).join(', ')}`,
    ids,
  )
  expect(await pruneInbox(store.db, new Date('2026-01-02T00:00:00Z'))).toBe(2_500)
})
