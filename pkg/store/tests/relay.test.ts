import { expect, it } from '@jest/globals'
import { type Clock, DomainError, silentLog, systemClock } from '@micromart/kernel'
import { context, trace } from '@opentelemetry/api'
import mysql from 'mysql2/promise'
import {
  addEvent,
  asOneTransaction,
  inTransaction,
  type NewEvent,
  type OutboxEvent,
  outboxRows,
  republish,
  startRelay,
} from '../src/index.ts'
import { connectRelay } from '../src/relay-connection.ts'
import { asyncContexts } from './async-contexts.ts'
import { anEvent, eventually, openStore, type TestStore } from './test-database.ts'

const add = (store: TestStore, ...events: NewEvent[]) =>
  inTransaction(store.db, async (tx) => {
    for (const event of events) await addEvent(tx, event)
  })

const relayOf = (
  store: TestStore,
  publish: (event: OutboxEvent) => Promise<void>,
  clock: Clock = systemClock,
) => startRelay({ db: store.db, publish, log: silentLog, intervalMs: 20, clock })

const backlog = async ({ db }: TestStore): Promise<number> => {
  const [row] = await db.query<{ n: string }[]>(
    'SELECT COUNT(*) AS n FROM outbox WHERE sent_at IS NULL',
  )
  return Number(row?.n)
}

it('publishes what was committed, whole, and marks it', async () => {
  await using store = await openStore()
  const published: OutboxEvent[] = []
  await using _ = relayOf(store, async (event) => void published.push(event))
  const event = anEvent()
  await add(store, event)
  await eventually(async () => (await backlog(store)) === 0)
  expect(published).toEqual([{ ...event, traceparent: undefined }])
})

it('goes at once when woken', async () => {
  await using store = await openStore()
  const published: string[] = []
  await using relay = startRelay({
    db: store.db,
    publish: async ({ id }) => void published.push(id),
    log: silentLog,
    intervalMs: 3_600_000,
  })
  await add(store, anEvent())
  await eventually(() => {
    relay.wake() // until the relay has its lock nobody hears the bell
    return published.length === 1
  })
})

it('is woken by the commit of the transaction around it, not before', async () => {
  await using store = await openStore()
  const published: string[] = []
  const publish = async ({ id }: OutboxEvent) => void published.push(id)
  const calm = { db: store.db, publish, log: silentLog, intervalMs: 3_600_000 }
  await using relay = startRelay(calm)
  const first = anEvent()
  await add(store, first)
  await eventually(() => {
    relay.wake()
    return published.length === 1
  })
  const second = anEvent()
  await asOneTransaction(store.db, async () => {
    await add(store, second)
    relay.wake()
    await store.db.query('SELECT SLEEP(0.2)') // a relay that looked now would look no more
  })
  await eventually(() => published.includes(second.id))
})

it('never lets two relays publish the same event', async () => {
  await using store = await openStore()
  const published: string[] = []
  const by = [0, 0, 0]
  const relay = (index: number) =>
    relayOf(store, async ({ id }) => {
      published.push(id)
      by[index] = (by[index] ?? 0) + 1
    })
  await using _a = relay(0)
  await using _b = relay(1)
  await using _c = relay(2)
  const events = Array.from({ length: 300 }, () => anEvent())
  await Promise.all(events.map((event) => add(store, event)))
  await eventually(async () => (await backlog(store)) === 0)
  expect(published.toSorted()).toEqual(events.map(({ id }) => id).toSorted())
  expect(by.filter((count) => count > 0)).toHaveLength(1)
})

it('hands over when the active relay ends or loses its connection', async () => {
  await using store = await openStore()
  const published: string[] = []
  const publish = async ({ id }: OutboxEvent) => void published.push(id)
  const first = relayOf(store, publish)
  await add(store, anEvent())
  await eventually(async () => (await backlog(store)) === 0)
  await using _second = relayOf(store, publish)
  await first[Symbol.asyncDispose]()
  await add(store, anEvent())
  await eventually(async () => (await backlog(store)) === 0)
  await killRelayConnection(store)
  await add(store, anEvent())
  await eventually(async () => (await backlog(store)) === 0)
  expect(published).toHaveLength(3)
})

const killRelayConnection = async ({ url, db }: TestStore) => {
  const [row] = await db.query<{ id: string }[]>(
    `SELECT IS_USED_LOCK(CONCAT('mm-relay-', LEFT(SHA2(DATABASE(), 256), 40))) AS id`,
  )
  const admin = await mysql.createConnection(url)
  await admin.query(`KILL ${Number(row?.id)}`)
  await admin.end()
}

it('is taken over from a holder that stands still', async () => {
  await using store = await openStore()
  await using frozen = await connectRelay(store.db, { silenceS: 1 })
  await using other = await connectRelay(store.db)
  expect([await frozen.lock(), await other.lock()]).toEqual([true, false])
  await eventually(() => other.lock())
})

it('keeps the order of each aggregate while the active relay changes again and again', async () => {
  await using store = await openStore()
  const aggregates = Array.from({ length: 8 }, (_, at) => `order-${at}`)
  const events = Array.from({ length: 160 }, (_, at) =>
    anEvent({ aggregateId: aggregates[at % 8] ?? '' }),
  )
  await add(store, ...events)
  const published: OutboxEvent[] = []
  const relay = () =>
    relayOf(store, async (event) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      published.push(event)
      if (published.length === 40 || published.length === 200) await killRelayConnection(store)
    })
  await using _a = relay()
  await using _b = relay()
  await eventually(async () => (await backlog(store)) === 0)
  for (const aggregateId of aggregates) {
    const ofAggregate = published.filter((event) => event.aggregateId === aggregateId)
    const firstTimes = [...new Set(ofAggregate.map(({ id }) => id))]
    const added = events.filter((event) => event.aggregateId === aggregateId)
    expect(firstTimes).toEqual(added.map(({ id }) => id))
  }
})

it('publishes again what a broker lost, of the last day at most', async () => {
  await using store = await openStore()
  let now = new Date('2026-01-01T12:00:00Z')
  const published: string[] = []
  await using _ = relayOf(store, async ({ id }) => void published.push(id), { now: () => now })
  const sendAt = async (time: string) => {
    now = new Date(time)
    const event = anEvent()
    await add(store, event)
    await eventually(async () => (await backlog(store)) === 0)
    return event.id
  }
  await sendAt('2026-01-01T12:00:00Z')
  const kept = await sendAt('2026-01-01T12:30:00Z')
  const lost = await sendAt('2026-01-02T12:10:00Z')
  published.length = 0
  now = new Date('2026-01-02T12:15:00Z')
  expect(await republish(store.db, new Date('2026-01-02T12:00:00Z'), now)).toBe(1)
  await eventually(async () => (await backlog(store)) === 0)
  expect(published).toEqual([lost])
  now = new Date('2026-01-02T12:16:00Z')
  expect(await republish(store.db, new Date(0), now)).toBe(2)
  await eventually(async () => (await backlog(store)) === 0)
  expect(published).toEqual([lost, kept, lost])
})

it('keeps the order of an aggregate over refused publishes while others go on', async () => {
  await using store = await openStore()
  const aggregateId = 'order-1'
  const ordered = Array.from({ length: 5 }, (_, n) => anEvent({ aggregateId, payload: { n } }))
  const others = Array.from({ length: 20 }, () => anEvent())
  const published: OutboxEvent[] = []
  let refusals = 0
  await add(store, ...ordered, ...others)
  await using _ = relayOf(store, async (event) => {
    if (event.id === ordered[2]?.id && refusals < 3) {
      refusals += 1
      throw new Error('the broker refuses')
    }
    published.push(event)
  })
  await eventually(() => refusals > 0 && published.length >= 22)
  expect(published.map(({ id }) => id)).toEqual(
    expect.arrayContaining(others.map(({ id }) => id)), // not held up
  )
  await eventually(async () => (await backlog(store)) === 0)
  const ofAggregate = published.filter((event) => event.aggregateId === aggregateId)
  expect(ofAggregate.map(({ id }) => id)).toEqual(ordered.map(({ id }) => id))
  expect(published).toHaveLength(25)
})

it('reaches what can be published behind any number of events that the sidecar refuses for good', async () => {
  await using store = await openStore()
  const topic = 'not.allowed.v1'
  const refused = Array.from({ length: 1_200 }, () => anEvent({ topic }))
  const aggregateId = 'order-1'
  const ordered = [anEvent({ aggregateId }), anEvent({ aggregateId, topic })]
  await add(store, ...refused, ...ordered, anEvent({ aggregateId }), anEvent())
  const published: string[] = []
  await using _ = relayOf(store, async (event) => {
    if (event.topic === topic) throw new DomainError('internal', 'internal')
    published.push(event.aggregateId)
  })
  await eventually(async () => (await backlog(store)) === 1_202)
  expect(published).toHaveLength(2)
  expect(published).toContain(aggregateId)
})

it('goes on by itself when the broker is back', async () => {
  await using store = await openStore()
  let away = true
  let attempts = 0
  const published: string[] = []
  await add(store, ...Array.from({ length: 50 }, () => anEvent()))
  await using _ = relayOf(store, async ({ id }) => {
    attempts += 1
    if (away) throw new Error('no broker')
    published.push(id)
  })
  await eventually(() => attempts > 32)
  expect(await backlog(store)).toBe(50)
  away = false
  await eventually(async () => (await backlog(store)) === 0)
  expect(new Set(published).size).toBe(50)
})

it('keeps sent events for a day and deletes them then', async () => {
  await using store = await openStore()
  let now = new Date('2026-01-01T00:00:00Z')
  const rows = () => store.db.getRepository(outboxRows).count()
  await using _ = relayOf(store, async () => {}, { now: () => now })
  await add(store, anEvent(), anEvent())
  await eventually(async () => (await backlog(store)) === 0)
  now = new Date('2026-01-01T23:59:00Z')
  await add(store, anEvent())
  await eventually(async () => (await backlog(store)) === 0)
  expect(await rows()).toBe(3)
  now = new Date('2026-01-02T00:01:01Z')
  await eventually(async () => (await rows()) === 1)
})

it('deletes old events until none is left, however many and however busy it is', async () => {
  await using store = await openStore()
  const now = new Date('2026-01-03T00:00:00Z')
  const old = Array.from({ length: 2_500 }, () => anEvent())
  await store.db.query(
    `INSERT INTO outbox (id, topic, aggregate_id, payload, occurred_at, sent_at)
     VALUES ${old.map(() => `(?, 't', 'a', '{}', '2026-01-01', '2026-01-01')`).join(', ')}`,
    old.map(({ id }) => id),
  )
  const rows = () => store.db.getRepository(outboxRows).count()
  const publish = async () => {
    await add(store, anEvent()) // there is always more to send
  }
  await add(store, anEvent())
  await using _ = relayOf(store, publish, { now: () => now })
  await eventually(async () => (await rows()) < 1_000)
})

it('carries the trace of the change', async () => {
  await using store = await openStore()
  const spanContext = {
    traceId: '0af7651916cd43dd8448eb211c80319c',
    spanId: 'b7ad6b7169203331',
    traceFlags: 1,
  }
  const active = trace.setSpanContext(context.active(), spanContext)
  context.setGlobalContextManager(asyncContexts())
  await context.with(active, () => add(store, anEvent()))
  context.disable()
  const [row] = await store.db.getRepository(outboxRows).find()
  expect(row?.traceparent).toBe('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01')
})
