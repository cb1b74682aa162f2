import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { DomainError, isOwnScope, systemIds } from '@micromart/kernel'
import type { Route } from '../src/http/route.ts'
import { table } from '../src/routes/index.ts'
import { anOrder } from './answers.ts'
import { type LogLine, recordingLog } from './recording-log.ts'
import { startForTest, type TestGateway } from './start.ts'

describe('S60 what staff do', () => {
  let shop: TestGateway
  const lines: LogLine[] = []
  const staff = systemIds.next()
  const id = systemIds.next()
  const as = () => ({ Authorization: shop.token(['admin'], staff) })
  const written = () =>
    lines
      .filter(({ fields }) => fields['dataset'] === 'micromart.audit')
      .map(({ fields }) => fields)

  beforeAll(async () => {
    shop = await startForTest({ log: recordingLog(lines) })
  })
  afterEach(() => {
    lines.length = 0
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  it('is said wherever it changes something', () => {
    const isStaff = ({ auth }: Route) => auth.kind !== 'none' && !isOwnScope(auth.scope)
    const writes = table.filter((route) => isStaff(route) && route.method !== 'get')
    expect(writes.filter(({ audit }) => audit === undefined)).toEqual([])
    expect(writes.length).toBeGreaterThan(10)
    expect(table.filter(({ audit }) => audit !== undefined)).toEqual(writes)
  })

  it('comes with where it came from, and nothing else does', async () => {
    shop.sidecar.answer('order', 'ShipOrder', () => ({ order: anOrder({ id }) }))
    shop.sidecar.answer('order', 'GetAnyOrder', () => ({ order: anOrder({ id }) }))
    const agent = `curl/8 ü ${'x'.repeat(200)}`
    const from = { ...as(), 'User-Agent': agent, 'X-Client-Address': '192.0.2.1' }
    await shop.http.post(`/v1/admin/orders/${id}/ship`).set(from).send({})
    await shop.http.get(`/v1/admin/orders/${id}`).set(from)
    const origins = shop.sidecar.recorded().map(({ name, origin }) => ({ name, origin }))
    const userAgent = `curl/8 ?? ${'x'.repeat(110)}` // of two bytes in UTF-8
    expect(origins.filter(({ name }) => name.startsWith('order.'))).toEqual([
      { name: 'order.ShipOrder', origin: { address: '127.0.0.1', userAgent } },
      { name: 'order.GetAnyOrder', origin: {} },
    ])
  })

  it('S60 what right forbids is a security event, with who asked and for what', async () => {
    const shopper = { Authorization: shop.token(['customer'], staff) }
    const path = `/v1/admin/orders/${id}/ship`
    const { body } = await shop.http.post(path).set(shopper).send({ trackingCode: 'secret' })
    const refused = lines.filter(({ fields }) => fields['event'] === 'security.refused')
    expect(refused).toEqual([
      {
        level: 'warn',
        message: 'refused',
        fields: {
          event: 'security.refused',
          userId: staff,
          action: `POST ${path}`,
          outcome: 'scope_missing',
          requestId: expect.any(String),
          traceId: body.traceId,
        },
      },
    ])
  })

  it('once, with who, what and which, and how it came out', async () => {
    shop.sidecar.answer('order', 'ShipOrder', () => ({ order: anOrder({ id }) }))
    const { headers } = await shop.http
      .post(`/v1/admin/orders/${id}/ship`)
      .set(as())
      .send({ trackingCode: 'a code of their own' })
    expect(written()).toEqual([
      {
        event: 'order.ship',
        dataset: 'micromart.audit',
        userId: staff,
        subject: { id },
        outcome: 'done',
        requestId: headers['x-request-id'],
        traceId: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
    ])
    expect(JSON.stringify(lines)).not.toContain('a code of their own')
  })

  it('also when it is refused', async () => {
    shop.sidecar.answer('cart', 'DiscardDeadLetter', () => {
      throw new DomainError('precondition', 'dead_letter_closed')
    })
    const response = await shop.http.delete('/v1/admin/dead-letters/cart:1').set(as())
    expect(response.status).toBe(422)
    expect(written()).toEqual([
      expect.objectContaining({
        event: 'dead_letter.discard',
        subject: { id: 'cart:1' },
        outcome: 'dead_letter_closed',
        traceId: response.body.traceId,
      }),
    ])
  })
})
