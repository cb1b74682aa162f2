import { expect, it } from '@jest/globals'
import { deadLettersContract } from '@micromart/testing'
import { addEvent, deadLettersMysql, inTransaction, readBacklog, resumable } from '../src/index.ts'
import { anEvent, eventually, openStore } from './test-database.ts'

it.each(deadLettersContract)('%s', async (_name, run) => {
  await using store = await openStore()
  await run(deadLettersMysql(store.db))
})

it('tells how far the service is behind', async () => {
  await using store = await openStore()
  const { db } = store
  let now = new Date('2026-03-01T10:00:00Z')
  const clock = { now: () => now }
  const none = { unsent: 0, oldestUnsentAt: undefined, openDeadLetters: 0, abandonedKeys: 0 }
  expect(await readBacklog(db, clock)).toEqual(none)
  const oldestUnsentAt = new Date('2026-03-01T09:59:00.125Z')
  await inTransaction(db, (tx) => addEvent(tx, anEvent({ occurredAt: oldestUnsentAt })))
  await inTransaction(db, (tx) => addEvent(tx, anEvent({ occurredAt: now })))
  await deadLettersMysql(db).keep({
    id: 'letter',
    topic: 't',
    payload: '{}',
    traceparent: undefined,
    at: now,
  })
  const codec = { encode: () => Buffer.alloc(0), decode: () => undefined }
  const call = { id: 'k'.repeat(64), fingerprint: 'f', handler: 'Refund', codec }
  const never = new Promise<undefined>(() => {})
  void resumable(db, { lockMs: 10_000, clock })(call, () => never)
  await eventually(async () => (await db.query('SELECT id FROM idempotency_keys')).length === 1)
  const behind = { unsent: 2, oldestUnsentAt, openDeadLetters: 1, abandonedKeys: 0 }
  expect(await readBacklog(db, clock)).toEqual(behind)
  now = new Date('2026-03-01T10:00:11Z')
  expect(await readBacklog(db, clock)).toEqual({ ...behind, abandonedKeys: 1 })
})
