import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { AuditEntry, ListAuditRequest } from '@micromart/contracts/ops'
import { DomainError } from '@micromart/kernel'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const services = ['product', 'user', 'cart', 'order', 'payment'] as const
type Service = (typeof services)[number]

const entry = (service: Service, minute: number, of: Partial<AuditEntry> = {}): AuditEntry => ({
  seq: BigInt(minute),
  at: new Date(Date.UTC(2026, 0, 31, 12, minute)),
  service,
  actorKind: 'user',
  actorId: '019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90',
  actorRoles: ['support'],
  action: 'order.refund',
  objectKind: 'order',
  objectId: 'o-1',
  outcome: 'done',
  address: '192.0.2.7',
  userAgent: 'curl/8',
  requestId: 'r-1',
  traceId: 'a1'.repeat(16),
  before: '{"refunded":0}',
  after: '{"refunded":1999}',
  hash: 'f0'.repeat(32),
  ...of,
})

describe('the audit log', () => {
  let shop: TestGateway
  const path = '/v1/admin/audit'
  const read = async (query = '') => {
    const as = { Authorization: shop.token(['operator']) }
    const response = await shop.http.get(`${path}${query}`).set(as)
    expectDocumented(response)
    return response
  }
  /** Each service's own list, newest first; its cursor is a place in it. */
  const fill = (minutes: Partial<Record<Service, readonly number[]>>) => {
    for (const service of services) {
      const entries = (minutes[service] ?? []).map((minute) => entry(service, minute))
      shop.sidecar.answer(service, 'ListAudit', ({ limit, cursor }: ListAuditRequest) => {
        const from = Number(cursor ?? 0)
        const more = from + limit < entries.length
        const nextCursor = more ? String(from + limit) : undefined
        return { items: entries.slice(from, from + limit), nextCursor }
      })
    }
  }

  beforeAll(async () => {
    shop = await startForTest()
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('holds what was done in every service, newest first, in pages without a gap', async () => {
    fill({ product: [9, 4], user: [8], cart: [], order: [7, 6, 1], payment: [5, 3, 2] })
    const ids: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const { body } = await read(`?limit=2${cursor && `&cursor=${cursor}`}`)
      ids.push(...body.items.map(({ id }: { id: string }) => id))
      cursor = body.nextCursor
    }
    expect(ids).toEqual([
      'product:9',
      'user:8',
      'order:7',
      'order:6',
      'payment:5',
      'product:4',
      'payment:3',
      'payment:2',
      'order:1',
    ])
    const asked = new Set(shop.calls())
    expect(asked).toEqual(new Set(services.map((service) => `${service}.ListAudit`)))
  })

  it('tells who, what, which, from where, before and after', async () => {
    fill({ order: [7] })
    const { body } = await read()
    expect(body).toEqual({
      items: [
        {
          id: 'order:7',
          at: '2026-01-31T12:07:00.000Z',
          service: 'order',
          actor: { kind: 'user', id: entry('order', 7).actorId, roles: ['support'] },
          action: 'order.refund',
          object: { kind: 'order', id: 'o-1' },
          outcome: 'done',
          before: { refunded: 0 },
          after: { refunded: 1999 },
          address: '192.0.2.7',
          userAgent: 'curl/8',
          requestId: 'r-1',
          traceId: 'a1'.repeat(16),
          seq: 7,
          hash: 'f0'.repeat(32),
        },
      ],
      nextCursor: null,
      unavailable: [],
    })
  })

  it('asks for actor, action, object and time, each exactly', async () => {
    fill({})
    const times = 'since=2026-01-31T12:00:00Z&until=2026-01-31T14:00:00%2B01:00'
    await read(`?actor=warehouse&action=order.ship&object=order:a:b&${times}`)
    await read('?object=dead_letter')
    const asked = shop.sidecar.recorded('user.ListAudit').map(({ request }) => request)
    const none = { actorId: undefined, action: undefined, since: undefined, until: undefined }
    expect(asked).toEqual([
      {
        limit: 20,
        actorId: 'warehouse',
        action: 'order.ship',
        objectKind: 'order',
        objectId: 'a:b',
        since: new Date('2026-01-31T12:00:00.000Z'),
        until: new Date('2026-01-31T13:00:00.000Z'),
      },
      { ...none, limit: 20, objectKind: 'dead_letter' },
    ])
  })

  it('S45 refuses filters that are none, and the cursor of other filters', async () => {
    fill({ order: [3, 2, 1] })
    const { body } = await read('?limit=1')
    const wrong = {
      [`action=order.ship&cursor=${body.nextCursor}`]: '/cursor',
      'action=order.destroy': '/action',
      'object=:x': '/object',
      'since=yesterday': '/since',
      'until=2026-01-31': '/until',
      'limit=101': '/limit',
    }
    for (const [query, at] of Object.entries(wrong)) {
      const { status, body: problem } = await read(`?${query}`)
      expect({ query, status, at: problem.errors[0].path }).toEqual({ query, status: 400, at })
    }
  })

  it('shows what there is of the others when a service is away, and names it', async () => {
    fill({ order: [2], user: [1] })
    const away = () => {
      throw new DomainError('unavailable', 'database_unavailable')
    }
    shop.sidecar.answer('order', 'ListAudit', away)
    const { status, body } = await read()
    expect([status, body.items.length, body.unavailable]).toEqual([200, 1, ['order']])
    for (const service of services) shop.sidecar.answer(service, 'ListAudit', away)
    expect((await read()).status).toBe(503)
  })
})
