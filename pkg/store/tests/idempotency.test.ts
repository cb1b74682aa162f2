import { createHash } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { context, ROOT_CONTEXT, trace } from '@opentelemetry/api'
import fc from 'fast-check'
import {
  type Database,
  idempotent,
  inStatement,
  inTransaction,
  type KeyedAnswers,
  type KeyedCall,
  pruneIdempotency,
  resumable,
} from '../src/index.ts'
import { asyncContexts } from './async-contexts.ts'
import { eventually, openStore } from './test-database.ts'

const codec = {
  encode: (answer: string) => Buffer.from(answer),
  decode: (bytes: Uint8Array) => Buffer.from(bytes).toString(),
}

const aCall = (key: string, fingerprint = 'f'.repeat(64)): KeyedCall<string> => ({
  id: createHash('sha256').update(key).digest('hex'),
  fingerprint,
  handler: 'Count',
  codec,
})

const addOne = (db: Database, name: string) =>
  inTransaction(db, (tx) =>
    tx.query(
      `INSERT INTO counters (name, value) VALUES (?, 1) ON DUPLICATE KEY UPDATE value = value + 1`,
      [name],
    ),
  )

const countOf = async (db: Database, name: string): Promise<number> => {
  const [row] = await db.query<{ value: string }[]>('SELECT value FROM counters WHERE name = ?', [
    name,
  ])
  return Number(row?.value ?? 0)
}

const keysIn = async (db: Database) =>
  db.query<{ outcome: string | null }[]>('SELECT outcome FROM idempotency_keys')

const outOfStock = () => new DomainError('precondition', 'out_of_stock', { available: '3' })

const ways: readonly [string, (db: Database) => KeyedAnswers][] = [
  ['a local transaction', (db) => idempotent(db)],
  ['a resumable attempt', (db) => resumable(db)],
]

it.each(ways)('freezes a refusal with the trace that it happened in: %s', async (_, way) => {
  await using store = await openStore()
  const answers = way(store.db)
  const inTrace = (traceId: string, work: () => Promise<string>) =>
    context.with(
      trace.setSpanContext(ROOT_CONTEXT, { traceId, spanId: '2'.repeat(16), traceFlags: 1 }),
      () => answers(aCall('k'), work),
    )
  const refused = (traceId: string) => ({
    refusal: expect.objectContaining({ params: { available: '3', traceId } }),
  })
  context.setGlobalContextManager(asyncContexts())
  try {
    const first = inTrace('a'.repeat(32), () => Promise.reject(outOfStock()))
    expect(await first).toMatchObject(refused('a'.repeat(32)))
    const again = inTrace('b'.repeat(32), async () => 'there is some by now')
    expect(await again).toMatchObject({ replayed: true, ...refused('a'.repeat(32)) })
  } finally {
    context.disable()
  }
})

it.each(['conflict', 'already_exists'] as const)('binds nothing by a %s', async (kind) => {
  await using store = await openStore()
  const answers = resumable(store.db)
  const busy = answers(aCall('k', 'one'), () => Promise.reject(new DomainError(kind, 'busy')))
  await expect(busy).rejects.toMatchObject({ code: 'busy' })
  expect(await keysIn(store.db)).toEqual([])
})

it('holds no key for an attempt that was given up: only one that died is abandoned', async () => {
  await using store = await openStore()
  const answers = resumable(store.db)
  const away = new DomainError('unavailable', 'dependency_unavailable')
  await expect(answers(aCall('k'), () => Promise.reject(away))).rejects.toBe(away)
  const locks = await store.db.query('SELECT locked_until FROM idempotency_keys')
  expect(locks).toEqual([{ locked_until: null }])
  expect(await answers(aCall('k'), async () => 'resumed')).toMatchObject({ answer: 'resumed' })
})

it('takes back what a local effect wrote before it was refused', async () => {
  await using store = await openStore()
  await idempotent(store.db)(aCall('k'), async () => {
    await addOne(store.db, 'a')
    await inStatement(store.db, (tx) => tx.query(`INSERT INTO counters VALUES ('b', 1)`))
    await store.db.query(`INSERT INTO counters VALUES ('c', 1)`)
    throw outOfStock()
  })
  expect(await store.db.query('SELECT * FROM counters')).toEqual([])
  expect(await keysIn(store.db)).toEqual([{ outcome: 'refusal' }])
})

it('has neither effect nor key after a crash between the effect and its answer', async () => {
  await using store = await openStore()
  const crashed = idempotent(store.db)(aCall('k'), async () => {
    await addOne(store.db, 'a')
    const [row] = await store.db.query<{ id: string }[]>('SELECT CONNECTION_ID() AS id')
    // The connection dies as with its process: nobody commits or rolls back.
    await store.kill(Number(row?.id))
    return 'done'
  })
  await expect(crashed).rejects.toMatchObject({ code: 'database_unavailable' })
  expect([await countOf(store.db, 'a'), await keysIn(store.db)]).toEqual([0, []])
})

it('lets an overtaken attempt neither unlock nor answer: both tell the frozen answer', async () => {
  await using store = await openStore()
  let now = new Date('2026-01-01T00:00:00Z')
  const answers = resumable(store.db, { lockMs: 10_000, clock: { now: () => now } })
  const slow = Promise.withResolvers<string>()
  const overtaken = answers(aCall('k'), () => slow.promise)
  await eventually(async () => (await keysIn(store.db)).length === 1)
  now = new Date('2026-01-01T00:00:11Z')
  await answers(aCall('k'), async () => 'the resumed one')
  slow.resolve('the slow one')
  expect(await overtaken).toEqual({ replayed: true, answer: 'the resumed one' })
})

it('goes on at once after an attempt that failed on its way', async () => {
  await using store = await openStore()
  const answers = resumable(store.db)
  const failed = answers(aCall('k'), async () => {
    throw new DomainError('unavailable', 'dependency_unavailable')
  })
  await expect(failed).rejects.toMatchObject({ kind: 'unavailable' })
  const other = answers(aCall('k', 'other'), async () => 'never')
  await expect(other).rejects.toMatchObject({ code: 'idempotency_mismatch' })
  expect(await answers(aCall('k'), async () => 'done')).toMatchObject({ answer: 'done' })
})

it('joins reads and writes of a data source, so that a handler sees its own effect', async () => {
  await using store = await openStore()
  const { db } = store
  await idempotent(db)(aCall('k'), async () => {
    await addOne(db, 'a')
    expect(await countOf(db, 'a')).toBe(1)
    expect(await db.manager.query('SELECT COUNT(*) AS n FROM counters')).toEqual([{ n: '1' }])
    return 'done'
  })
})

it('takes back a part that failed and was caught, and keeps the rest', async () => {
  await using store = await openStore()
  const { db } = store
  await idempotent(db)(aCall('k'), async () => {
    await addOne(db, 'kept')
    const part = inTransaction(db, async () => {
      await addOne(db, 'lost')
      throw new Error('caught below')
    })
    await Promise.all([part.catch(() => undefined), addOne(db, 'beside')])
    return 'done'
  })
  const names = await db.query<{ name: string }[]>('SELECT name FROM counters ORDER BY name')
  expect(names.map(({ name }) => name)).toEqual(['beside', 'kept'])
})

it('repeats the whole when its transaction lost a deadlock that somebody kept silent about', async () => {
  await using store = await openStore()
  const { db } = store
  let attempts = 0
  const kept = await idempotent(db)(aCall('k'), async () => {
    attempts += 1
    await addOne(db, 'a')
    if (attempts === 1) {
      const lost = inTransaction(db, async () => {
        throw Object.assign(new Error('Deadlock found'), { errno: 1213 })
      })
      await lost.catch(() => undefined)
    }
    return `attempt ${attempts}`
  })
  expect(kept).toEqual({ replayed: false, answer: 'attempt 2' })
  expect(await countOf(db, 'a')).toBe(1)
})

const ends = fc.constantFrom('answer', 'refusal', 'failure')
const requests = fc.record({
  local: fc.boolean(),
  ends: fc.array(ends, { minLength: 2, maxLength: 8 }),
  pauses: fc.array(fc.nat(15), { minLength: 8, maxLength: 8 }),
})

it('has one effect for k requests at once, whatever some of them end with', async () => {
  await using store = await openStore()
  const { db } = store
  let run = 0
  const property = fc.asyncProperty(requests, async ({ local, ends: wanted, pauses }) => {
    run += 1
    const key = `run-${run}`
    const answers = local ? idempotent(db) : resumable(db)
    const request = (end: string, at: number) =>
      answers(aCall(key), async () => {
        await new Promise((resolve) => setTimeout(resolve, pauses[at]))
        if (end === 'failure') throw new DomainError('unavailable', 'dependency_unavailable')
        if (end === 'refusal') throw outOfStock()
        await addOne(db, key)
        return `answer of ${at}`
      })
    const settled = await Promise.allSettled(wanted.map(request))
    const kept = settled.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []))
    const answered = kept.flatMap((one) => ('answer' in one ? [one.answer] : []))
    expect(kept.filter(({ replayed }) => !replayed).length).toBeLessThanOrEqual(1)
    expect(new Set(kept.map((one) => ('answer' in one ? one.answer : 'refused'))).size).toBe(
      kept.length === 0 ? 0 : 1,
    )
    expect(await countOf(db, key)).toBe(answered.length > 0 ? 1 : 0)
    for (const one of settled) {
      if (one.status === 'rejected') {
        expect(['idempotency_in_progress', 'dependency_unavailable']).toContain(one.reason.code)
      }
    }
    // Whoever repeats at the end gets the same.
    const last = await request('answer', 0)
    if (kept[0]) expect(last).toEqual({ ...kept[0], replayed: true })
  })
  await fc.assert(property, { numRuns: 40 })
})

it('forgets keys after 48 hours, all of them', async () => {
  await using store = await openStore()
  const rows = Array.from({ length: 2_500 }, (_, at) => [String(at), 'Old', '', '', '2026-01-01'])
  const row = '(?, ?, ?, ?, ?)'
  await store.db.query(
    `INSERT INTO idempotency_keys (id, handler, fingerprint, owner, created_at)
     VALUES ${rows.map(() => row).join(', ')}`,
    rows.flat(),
  )
  await idempotent(store.db)(aCall('new'), async () => 'done')
  expect(await pruneIdempotency(store.db, new Date('2026-01-02T23:59:59Z'))).toBe(0)
  expect(await pruneIdempotency(store.db, new Date('2026-01-03T00:00:01Z'))).toBe(2_500)
  expect(await keysIn(store.db)).toEqual([{ outcome: 'answer' }])
})
