import { expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import type { EntityManager } from 'typeorm'
import {
  addEvent,
  afterCommit,
  asOneTransaction,
  databaseFault,
  inStatement,
  inTransaction,
  isDuplicate,
  openDatabase,
} from '../src/index.ts'
import { anEvent, openStore } from './test-database.ts'

const addOne = (tx: EntityManager, name: string) =>
  tx.query('UPDATE counters SET value = value + 1 WHERE name = ?', [name])

it('runs a transaction again that lost a deadlock', async () => {
  await using store = await openStore()
  await store.db.query(`INSERT INTO counters VALUES ('a', 0), ('b', 0)`)
  let attempts = 0
  const { promise: bothHoldOne, resolve: meet } = Promise.withResolvers<void>()
  let holding = 0
  const crossing = (first: string, second: string) =>
    inTransaction(store.db, async (tx) => {
      attempts += 1
      await addOne(tx, first)
      holding += 1
      if (holding === 2) meet()
      await bothHoldOne // each has its first row now and wants the other's
      await addOne(tx, second)
    })
  await Promise.all([crossing('a', 'b'), crossing('b', 'a')])
  expect(await store.db.query('SELECT name, value FROM counters ORDER BY name')).toEqual([
    { name: 'a', value: '2' },
    { name: 'b', value: '2' },
  ])
  expect(attempts).toBe(3)
})

it('says database_busy after five lost attempts and keeps nothing of them', async () => {
  await using store = await openStore()
  let attempts = 0
  const unlucky = inTransaction(store.db, async (tx) => {
    attempts += 1
    await tx.query(`INSERT INTO counters VALUES ('x', 1)`)
    throw Object.assign(new Error('Deadlock found'), { errno: 1213 })
  })
  await expect(unlucky).rejects.toMatchObject({ kind: 'unavailable', code: 'database_busy' })
  expect(attempts).toBe(5)
  expect(await store.db.query('SELECT * FROM counters')).toEqual([])
})

it('repeats a single statement, too', async () => {
  await using store = await openStore()
  let attempts = 0
  const work = inStatement(store.db, async (manager) => {
    attempts += 1
    if (attempts < 3) throw Object.assign(new Error('Lock wait timeout'), { errno: 1205 })
    await manager.query(`INSERT INTO counters VALUES ('x', 1)`)
  })
  await work
  expect(await store.db.query('SELECT value FROM counters')).toEqual([{ value: '1' }])
})

it('does not repeat work that fails for its own reasons', async () => {
  await using store = await openStore()
  let attempts = 0
  const refusal = new DomainError('precondition', 'out_of_stock')
  const work = inTransaction(store.db, async () => {
    attempts += 1
    throw refusal
  })
  await expect(work).rejects.toBe(refusal)
  expect(attempts).toBe(1)
})

it('ends a wait for a lock after three seconds, so that five attempts fit nowhere near a minute', async () => {
  await using store = await openStore()
  const [settings] = await store.db.query<Record<string, string>[]>(
    'SELECT @@SESSION.innodb_lock_wait_timeout AS wait, @@SESSION.time_zone AS zone',
  )
  expect(settings).toEqual({ wait: '3', zone: '+00:00' })
})

it('tells which unique key an insert met', async () => {
  await using store = await openStore()
  const event = anEvent()
  const insert = () => inTransaction(store.db, (tx) => addEvent(tx, event))
  await insert()
  const error = await insert().catch((caught: unknown) => caught)
  expect(isDuplicate(error)).toBe(true)
  expect(isDuplicate(error, 'outbox_id')).toBe(true)
  expect(isDuplicate(error, 'id')).toBe(false)
  expect(isDuplicate(new Error('else'))).toBe(false)
})

it('reads a lost connection and a server that is away as unavailable', async () => {
  await using store = await openStore()
  const lost = inTransaction(store.db, async (tx) => {
    const [row] = await tx.query<{ id: string }[]>('SELECT CONNECTION_ID() AS id')
    await store.db.query(`KILL ${Number(row?.id)}`)
    await tx.query('SELECT 1')
  })
  const unavailable = { kind: 'unavailable', code: 'database_unavailable' }
  await expect(lost).rejects.toMatchObject(unavailable)
  const nobodyThere = openDatabase({ url: 'mysql://root@127.0.0.1:1/nothing', entities: [] })
  const error = await nobodyThere.catch((caught: unknown) => caught)
  expect(databaseFault(error)).toMatchObject(unavailable)
  expect(databaseFault(new Error('a bug'))).toBeUndefined()
})

it('acts after the commit, once, and not after a rollback; at once where there is no transaction', async () => {
  await using store = await openStore()
  const seen: string[] = []
  const note = (what: string) =>
    asOneTransaction(store.db, async () => {
      afterCommit(() => seen.push(what))
      await inTransaction(store.db, (tx) => tx.query(`INSERT INTO counters VALUES ('${what}', 1)`))
      seen.push(`${what} is written`)
      if (what === 'lost') throw new DomainError('precondition', 'out_of_stock')
    })
  await note('kept')
  await expect(note('lost')).rejects.toMatchObject({ code: 'out_of_stock' })
  afterCommit(() => seen.push('alone'))
  expect(seen).toEqual(['kept is written', 'kept', 'lost is written', 'alone'])
})

it('is over for work that goes on behind it', async () => {
  await using store = await openStore()
  const { promise: committed, resolve: commit } = Promise.withResolvers<void>()
  const behind: Promise<unknown>[] = []
  await asOneTransaction(store.db, async () => {
    const work = async () => {
      await committed
      await inTransaction(store.db, (tx) => tx.query(`INSERT INTO counters VALUES ('behind', 1)`))
    }
    behind.push(work())
  })
  commit()
  await Promise.all(behind)
  expect(await store.db.query('SELECT name FROM counters')).toEqual([{ name: 'behind' }])
})
