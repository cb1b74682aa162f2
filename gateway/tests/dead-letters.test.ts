import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { subscriptions } from '@micromart/contracts'
import type { DeadLetter, ListDeadLettersRequest } from '@micromart/contracts/ops'
import { DomainError, systemIds } from '@micromart/kernel'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

type Consumer = 'cart' | 'order'

const letter = (consumer: Consumer, minute: number): DeadLetter => ({
  id: `event-${minute}`,
  consumer,
  topic: 'order.paid.v1',
  payload: '{"orderId":"1"}',
  reason: 'cart_busy',
  attempts: 6,
  state: 'open',
  firstFailedAt: new Date(Date.UTC(2026, 0, 31, 12, minute)),
  lastFailedAt: new Date(Date.UTC(2026, 0, 31, 12, minute)),
  decisions: [],
  traceparent: `00-${'a1'.repeat(16)}-00f067aa0ba902b7-01`,
})

/** A consumer's own list, newest first; its cursor is a place in it. */
const listed = (letters: DeadLetter[], { limit, cursor, state }: ListDeadLettersRequest) => {
  const of = letters.filter((one) => state === '' || one.state === state)
  const from = Number(cursor ?? 0)
  const items = of.slice(from, from + limit)
  const more = from + limit < of.length
  return { items, nextCursor: more ? String(from + limit) : undefined }
}

describe('the dead-letter desk', () => {
  let shop: TestGateway
  const path = '/v1/admin/dead-letters'
  const as = () => ({ Authorization: shop.token(['operator']) })
  const letters: Record<Consumer, DeadLetter[]> = { cart: [], order: [] }

  const fill = (cart: readonly number[], order: readonly number[]) => {
    letters.cart = cart.map((minute) => letter('cart', minute))
    letters.order = order.map((minute) => letter('order', minute))
    for (const app of ['cart', 'order'] as const) {
      shop.sidecar.answer(app, 'ListDeadLetters', (request) => listed(letters[app], request))
    }
  }
  const read = async (query = '') => {
    const response = await shop.http.get(`${path}${query}`).set(as())
    expectDocumented(response)
    return response
  }
  const allPages = async (limit: number) => {
    const ids: string[] = []
    const sizes: number[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await read(`?limit=${limit}${cursor && `&cursor=${cursor}`}`)
      ids.push(...body.items.map((item: { id: string }) => item.id))
      sizes.push(body.items.length)
      cursor = body.nextCursor
    }
    return { ids, sizes }
  }

  beforeAll(async () => {
    shop = await startForTest()
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('asks every consumer of events', async () => {
    fill([1], [2])
    await read()
    const asked = shop.sidecar.calls().filter((name) => name.endsWith('ListDeadLetters'))
    const consumers = new Set(subscriptions.map(({ app }) => `${app}.ListDeadLetters`))
    expect(new Set(asked)).toEqual(consumers)
  })

  it('lists all letters, newest first, each named with its consumer', async () => {
    fill([5, 2], [4, 3])
    const { body } = await read()
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([
      'cart:event-5',
      'order:event-4',
      'order:event-3',
      'cart:event-2',
    ])
    expect(body.items[0]).toEqual({
      id: 'cart:event-5',
      consumer: 'cart',
      topic: 'order.paid.v1',
      payload: { orderId: '1' },
      reason: 'cart_busy',
      attempts: 6,
      state: 'open',
      firstFailedAt: '2026-01-31T12:05:00.000Z',
      lastFailedAt: '2026-01-31T12:05:00.000Z',
      traceId: 'a1'.repeat(16),
      decisions: [],
    })
    expect([body.nextCursor, body.unavailable]).toEqual([null, []])
  })

  it.each([1, 2, 3, 4, 10])('pages of %i hold each letter once, in one order', async (limit) => {
    fill([9, 8, 7, 2, 1], [6, 5, 4, 3])
    const { ids, sizes } = await allPages(limit)
    expect(ids.map((id) => Number(id.split('-')[1]))).toEqual([9, 8, 7, 6, 5, 4, 3, 2, 1])
    expect(sizes.slice(0, -1).every((size) => size === limit)).toBe(true)
  })

  it('a cursor is of its filter, and of ours', async () => {
    fill([3, 2, 1], [])
    const { body } = await read('?limit=1&state=open')
    const other = await read(`?limit=1&state=replayed&cursor=${body.nextCursor}`)
    expect([other.status, other.body.code]).toEqual([400, 'cursor_invalid'])
    expect((await read('?cursor=WyJ4IiwiIl0')).status).toBe(400)
    expect((await read('?state=lost')).body.errors[0].path).toBe('/state')
  })

  it('a consumer that is away does not hide the letters of another, and is named', async () => {
    fill([2], [1])
    shop.sidecar.answer('cart', 'ListDeadLetters', () => {
      throw new DomainError('unavailable', 'database_unavailable')
    })
    const { status, body } = await read()
    expect([status, body.items.length, body.nextCursor]).toEqual([200, 1, null])
    expect(body.unavailable).toEqual(['cart'])
    shop.sidecar.answer('order', 'ListDeadLetters', () => {
      throw new DomainError('unavailable', 'database_unavailable')
    })
    expect((await read()).status).toBe(503)
  })

  it('reads one, with an ETag', async () => {
    shop.sidecar.answer('order', 'GetDeadLetter', ({ id }) => ({
      letter: { ...letter('order', 1), id },
    }))
    const response = await shop.http.get(`${path}/order:a:b`).set(as())
    expectDocumented(response)
    expect(response.body.id).toBe('order:a:b')
    const etag = String(response.headers['etag'])
    const again = await shop.http.get(`${path}/order:a:b`).set({ ...as(), 'If-None-Match': etag })
    expect(again.status).toBe(304)
  })

  it('hands one over again, at its consumer', async () => {
    const decided = { at: new Date(0), actor: systemIds.next(), action: 'replayed', note: '' }
    shop.sidecar.answer('cart', 'ReplayDeadLetter', () => ({
      letter: { ...letter('cart', 1), state: 'replayed', decisions: [decided] },
    }))
    const response = await shop.http.post(`${path}/cart:event-1/replay`).set(as())
    expectDocumented(response)
    expect(response.body).toMatchObject({
      state: 'replayed',
      decisions: [{ ...decided, at: '1970-01-01T00:00:00.000Z' }],
    })
    expect(shop.sidecar.recorded('cart.ReplayDeadLetter')[0]?.request).toEqual({ id: 'event-1' })
  })

  it('closes one without an effect, with a word on why', async () => {
    shop.sidecar.answer('order', 'DiscardDeadLetter', () => ({ letter: letter('order', 1) }))
    const response = await shop.http.delete(`${path}/order:event-1?note=Not%20ours`).set(as())
    expect([response.status, response.text]).toEqual([204, ''])
    expect(shop.sidecar.recorded('order.DiscardDeadLetter')[0]?.request).toEqual({
      id: 'event-1',
      note: 'Not ours',
    })
    const long = await shop.http.delete(`${path}/order:event-1?note=${'x'.repeat(501)}`).set(as())
    expect([long.status, long.body.errors[0].path]).toEqual([400, '/note'])
  })

  it.each([
    ['precondition', 'dead_letter_closed', {}, 422],
    ['precondition', 'dead_letter_refused', { reason: 'cart_busy' }, 422],
    ['not_found', 'dead_letter_not_found', {}, 404],
  ] as const)('%s %s %p is %i', async (kind, code, params, status) => {
    shop.sidecar.answer('cart', 'ReplayDeadLetter', () => {
      throw new DomainError(kind, code, params)
    })
    const response = await shop.http.post(`${path}/cart:event-1/replay`).set(as())
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([status, code])
    expect(response.body.params).toEqual(params)
  })

  it.each(['event-1', 'provider:event-1', 'toString:event-1', ':event-1', 'cart:', 'cart'])(
    '404 for the name %s, and nobody is called',
    async (name) => {
      const response = await shop.http.get(`${path}/${name}`).set(as())
      expect([response.status, response.body.code]).toEqual([404, 'not_found'])
      expect(shop.calls()).toEqual([])
    },
  )
})
