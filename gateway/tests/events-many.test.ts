import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { type EventReader, readEvents } from './event-reader.ts'
import { startForTest, type TestGateway } from './start.ts'
import { entryAt, startWatchedOrders, type WatchedOrders } from './watched-orders.ts'

setFlagsFromString('--expose_gc')
const collect = runInNewContext('gc') as () => void

const many = 500
const megabyte = 1024 * 1024

/** What lives, once nothing dead is counted. */
const liveBytes = (): number => {
  collect()
  collect()
  return process.memoryUsage().heapUsed
}

describe('500 open streams of events', () => {
  let shop: TestGateway
  let orders: WatchedOrders

  const read = (place: number): Promise<EventReader> =>
    readEvents(`${shop.origin}/v1/orders/${systemIds.next()}/events`, {
      'X-Order-Token': `guest-${place}`,
    })

  /** Opens them all, tells all of them something, and lets them go. */
  const round = async (seq: number): Promise<number> => {
    const readers = await Promise.all(Array.from({ length: many }, (_, place) => read(place)))
    expect(new Set(readers.map(({ status }) => status))).toEqual(new Set([200]))
    await eventually(() => expect(orders.watching()).toBe(many))
    orders.tell({ entry: entryAt(seq) })
    await Promise.all(readers.map((reader) => reader.until(seq)))
    const open = liveBytes()
    for (const reader of readers) reader.close()
    await eventually(() => expect(orders.watching()).toBe(0))
    return open
  }

  beforeAll(async () => {
    orders = await startWatchedOrders()
    shop = await startForTest({ env: { EVENT_STREAMS: String(many) } })
    shop.sidecar.route('order', orders.port)
  })
  afterAll(async () => {
    await shop[Symbol.asyncDispose]()
    orders[Symbol.dispose]()
  })

  it('each is told, each is cancelled, and nothing of them stays', async () => {
    await round(1)
    const before = liveBytes()
    const open = await round(2)
    const after = liveBytes()
    // Both ends, the fake sidecar's two connections a stream and the order service are in this process, too.
    expect((open - before) / many).toBeLessThan(0.25 * megabyte)
    expect(after - before).toBeLessThan(5 * megabyte)
  }, 60_000)

  it('one more than the process holds is 503, and a place is free again when one leaves', async () => {
    const readers = await Promise.all(Array.from({ length: many }, (_, place) => read(place)))
    const refused = await read(many)
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5'])
    readers[0]?.close()
    await eventually(async () => expect((await read(many)).status).toBe(200))
    for (const reader of readers) reader.close()
  }, 60_000)
})
