import { request as send } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { DomainError, systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { expectDocumented } from './documented.ts'
import { type EventReader, readEvents } from './event-reader.ts'
import { startForTest, type TestGateway } from './start.ts'
import { entryAt, startWatchedOrders, type WatchedOrders } from './watched-orders.ts'

describe('the events of an order', () => {
  let shop: TestGateway
  let orders: WatchedOrders
  const readers: EventReader[] = []
  const id = systemIds.next()
  const path = `/v1/orders/${id}/events`
  const guest = { 'X-Order-Token': 'opens' }

  const read = async (headers: Record<string, string> = guest) => {
    const reader = await readEvents(`${shop.origin}${path}`, headers)
    readers.push(reader)
    return reader
  }

  beforeAll(async () => {
    orders = await startWatchedOrders()
    shop = await startForTest({
      env: { EVENT_HEARTBEAT_MS: '100', EVENT_STREAMS_PER_ACCOUNT: '3' },
    })
    shop.sidecar.route('order', orders.port)
  })
  afterEach(async () => {
    for (const reader of readers.splice(0)) reader.close()
    await eventually(() => expect(orders.watching()).toBe(0))
    orders.forget()
    shop.sidecar.forget()
  })
  afterAll(async () => {
    await shop[Symbol.asyncDispose]()
    orders[Symbol.dispose]()
  })

  it('tells the timeline, each entry with its place, and goes on as it grows', async () => {
    orders.tell({ entry: entryAt(1, 'order.placed') })
    const reader = await read()
    expect(reader.status).toBe(200)
    expect(reader.headers).toMatchObject({
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    await reader.until(1)
    orders.tell({ entry: entryAt(2, 'order.paid') })
    expect(await reader.until(2)).toEqual([
      {
        id: '1',
        event: 'order.placed',
        data: {
          at: '2026-01-31T12:00:00.000Z',
          status: 'PAYMENT_PENDING',
          event: 'order.placed',
          message: 'Step 1',
          actor: 'shop',
        },
      },
      expect.objectContaining({ id: '2', event: 'order.paid' }),
    ])
    expect(reader.text()).toMatch(/^retry: 2000\n\n/)
    expect(reader.ended()).toBe(false)
  })

  it('is opened by a login or by the order token, which order judges', async () => {
    orders.tell({ entry: entryAt(1) })
    const member = await read({ Authorization: shop.token() })
    await member.until(1)
    await (await read()).until(1)
    expect(orders.requests).toEqual([
      { id, orderToken: undefined, after: 0n },
      { id, orderToken: 'opens', after: 0n },
    ])
    expect(shop.sidecar.recorded('order.WatchOrder')[0]?.token).toBeDefined()
    expect(shop.sidecar.recorded('order.WatchOrder')[1]?.token).toBeUndefined()
  })

  it("S31 another's order is 404 as an unknown one, and nobody watches it", async () => {
    const response = await shop.http.get(path).set('X-Order-Token', 'other')
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([404, 'order_not_found'])
    const again = await shop.http.get(path).set({ 'X-Order-Token': 'other', 'Last-Event-ID': '3' })
    expect(again.status).toBe(404)
    expect(orders.requests).toEqual([])
  })

  it('resumes after Last-Event-ID', async () => {
    for (const seq of [1, 2, 3]) orders.tell({ entry: entryAt(seq) })
    const reader = await read({ ...guest, 'Last-Event-ID': '2' })
    expect((await reader.until(1)).map(({ id: at }) => at)).toEqual(['3'])
    expect(orders.requests).toEqual([{ id, orderToken: 'opens', after: 2n }])
  })

  it.each(['x', '-1', '1.5', '9'.repeat(19)])('400 for the Last-Event-ID %s', async (sent) => {
    const response = await shop.http.get(path).set({ ...guest, 'Last-Event-ID': sent })
    expectDocumented(response)
    expect([response.status, response.body.errors[0].path]).toEqual([400, '/Last-Event-ID'])
  })

  it('says that it lives', async () => {
    const reader = await read()
    await eventually(() => expect(reader.heartbeats()).toBeGreaterThan(1))
    expect(reader.events()).toEqual([])
  })

  it('ends with the last entry, and says so', async () => {
    orders.tell({ entry: entryAt(1) })
    const reader = await read()
    await reader.until(1)
    orders.tell({ entry: entryAt(2), last: true })
    const events = await reader.until(3)
    expect(events.at(-1)).toEqual({ id: undefined, event: 'end', data: {} })
    await reader.untilEnd()
    expect(reader.complete()).toBe(true)
    await eventually(() => expect(orders.watching()).toBe(0))
  })

  it('is 204 for who has read the end, so that a browser does not come back', async () => {
    orders.tell({ entry: entryAt(1) })
    orders.tell({ last: true })
    const over = await shop.http.get(path).set({ ...guest, 'Last-Event-ID': '1' })
    expect([over.status, over.text]).toEqual([204, ''])
    const early = await read()
    expect((await early.until(2)).map(({ event }) => event)).toEqual(['order.step1', 'end'])
  })

  it('begins anew where it was when the stream behind it breaks; each entry once', async () => {
    orders.tell({ entry: entryAt(1) })
    const reader = await read()
    await reader.until(1)
    orders.breakAll()
    orders.tell({ entry: entryAt(2) })
    await reader.until(2)
    orders.endAll()
    orders.tell({ entry: entryAt(3) })
    expect((await reader.until(3)).map(({ id: at }) => at)).toEqual(['1', '2', '3'])
    expect(orders.requests.map(({ after }) => after)).toEqual([0n, 1n, 2n])
    expect(reader.ended()).toBe(false)
  })

  it('ends without a word of an end when order refuses to go on', async () => {
    orders.tell({ entry: entryAt(1) })
    const reader = await read()
    await reader.until(1)
    orders.refuse(new DomainError('unauthenticated', 'token_expired'))
    orders.breakAll()
    await reader.untilEnd()
    expect(reader.complete()).toBe(true)
    expect(reader.events().map(({ event }) => event)).toEqual(['order.step1'])
    expect(orders.requests).toHaveLength(2)
  })

  it('is cancelled behind the gateway when its reader goes away', async () => {
    const reader = await read()
    await eventually(() => expect(orders.watching()).toBe(1))
    reader.close()
    await eventually(() => expect(orders.watching()).toBe(0))
    expect(orders.requests).toHaveLength(1)
  })

  it('ends when the token does', async () => {
    const exp = Math.floor(Date.now() / 1_000) + 1
    const claims = { iat: exp - 300, exp }
    const token = shop.tokens.userToken({ id: systemIds.next(), claims })
    orders.tell({ entry: entryAt(1) })
    const reader = await read({ Authorization: `Bearer ${token}` })
    await reader.until(1)
    await reader.untilEnd()
    expect(reader.complete()).toBe(true)
    expect(reader.events()).toHaveLength(1)
  })

  it('one account holds three at most, and another its own; a place is given back', async () => {
    const ada = { Authorization: shop.token(['customer'], systemIds.next()) }
    const held = [await read(ada), await read(ada), await read(ada)]
    const refused = await shop.http.get(path).set(ada)
    expectDocumented(refused)
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_streams'])
    expect(refused.headers['retry-after']).toBe('5')
    expect((await read({ Authorization: shop.token(['customer'], systemIds.next()) })).status).toBe(
      200,
    )
    expect((await read()).status).toBe(200)
    held[0]?.close()
    await eventually(async () => expect((await read(ada)).status).toBe(200))
  })

  it('a refused one takes no place', async () => {
    for (let tries = 0; tries < 5; tries += 1) {
      expect((await shop.http.get(path).set('X-Order-Token', 'other')).status).toBe(404)
    }
  })

  it('HEAD says what GET would, and opens nothing', async () => {
    const response = await shop.http.head(path).set(guest)
    expect(response.status).toBe(200)
    expect(response.headers['content-type']).toBe('text/event-stream')
    expect(orders.requests).toEqual([])
  })

  it('503 while order is away', async () => {
    await using away = await startForTest()
    const response = await away.http.get(path).set(guest)
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([503, 'dependency_unavailable'])
    expect(response.headers['retry-after']).toBeDefined()
  })

  it('cuts off a reader that does not read; the others go on', async () => {
    const slow = send(`${shop.origin}${path}`, { headers: guest, agent: false }).end()
    slow.on('error', () => {})
    const closed = new Promise((resolve) => slow.once('close', resolve))
    slow.once('response', (response) => response.pause().socket.pause())
    const reader = await read()
    await eventually(() => expect(orders.watching()).toBe(2))
    const message = 'x'.repeat(60_000)
    for (let seq = 1; orders.watching() === 2; seq += 1) {
      orders.tell({ entry: { ...entryAt(seq), message } })
      await reader.until(seq)
    }
    await eventually(() => expect(orders.watching()).toBe(1))
    expect(reader.ended()).toBe(false)
    slow.destroy()
    await closed
  })

  it('a gateway that stops ends its streams at once', async () => {
    const stopping = await startForTest()
    stopping.sidecar.route('order', orders.port)
    const reader = await readEvents(`${stopping.origin}${path}`, guest)
    readers.push(reader)
    const begun = performance.now()
    await stopping[Symbol.asyncDispose]()
    expect(performance.now() - begun).toBeLessThan(4_000)
    await reader.untilEnd()
    expect(reader.complete()).toBe(true)
  })
})
