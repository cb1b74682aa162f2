import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderStatus, type Refund } from '@micromart/contracts/order'
import { DomainError, systemIds } from '@micromart/kernel'
import { anOrder } from './answers.ts'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const id = systemIds.next()
const at = new Date('2026-01-31T12:00:00.000Z')
const refund: Refund = {
  id: systemIds.next(),
  orderId: id,
  amount: { amount: 1999n, currency: 'EUR' },
  lines: [{ sku: 'OIL-S', quantity: 1 }],
  reason: 'Broken',
  status: 'pending',
  createdAt: at,
  updatedAt: at,
}

describe('refunds', () => {
  let shop: TestGateway
  const path = `/v1/admin/orders/${id}/refunds`
  const pay = (body: object, headers: Record<string, string> = { 'Idempotency-Key': 'r-1' }) =>
    shop.http
      .post(path)
      .set({ Authorization: shop.token(['support']), ...headers })
      .send(body)
  const asked = () => shop.sidecar.recorded('order.RefundOrder').map(({ request }) => request)

  beforeAll(async () => {
    shop = await startForTest()
    shop.sidecar.answer('order', 'RefundOrder', () => ({ refund, order: anOrder({ id }) }))
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('201 with the refund', async () => {
    const lines = [{ sku: 'OIL-S', quantity: 1 }]
    const response = await pay({ lines, reason: 'Broken', restock: true })
    expectDocumented(response)
    expect(response.status).toBe(201)
    expect(response.body).toEqual({
      id: refund.id,
      orderId: id,
      amount: { amount: 1999, currency: 'EUR' },
      lines,
      reason: 'Broken',
      status: 'pending',
      createdAt: '2026-01-31T12:00:00.000Z',
      updatedAt: '2026-01-31T12:00:00.000Z',
    })
    expect(asked()).toEqual([{ id, amount: undefined, lines, reason: 'Broken', restock: true }])
  })

  it('by amount, and whole without either', async () => {
    const amount = { amount: 1, currency: 'EUR' }
    expect((await pay({ amount, reason: 'Late' })).status).toBe(201)
    expect((await pay({ reason: 'All of it' })).status).toBe(201)
    expect(asked()).toEqual([
      {
        id,
        amount: { amount: 1n, currency: 'EUR' },
        lines: [],
        reason: 'Late',
        restock: false,
      },
      { id, amount: undefined, lines: [], reason: 'All of it', restock: false },
    ])
  })

  const reason = 'Broken'
  const amount = { amount: 5, currency: 'EUR' }
  const lines = [{ sku: 'A', quantity: 1 }]
  it.each([
    ['a negative amount', { reason, amount: { ...amount, amount: -5 } }, '/amount/amount'],
    ['nothing', { reason, amount: { ...amount, amount: 0 } }, '/amount/amount'],
    ['part of a cent', { reason, amount: { ...amount, amount: 0.5 } }, '/amount/amount'],
    ['more than safe', { reason, amount: { ...amount, amount: 1e10 } }, '/amount/amount'],
    ['no currency', { reason, amount: { amount: 5 } }, '/amount/currency'],
    ['a made-up currency', { reason, amount: { amount: 5, currency: 'eur' } }, '/amount/currency'],
    ['amount and lines', { reason, amount, lines }, '/lines'],
    ['no lines', { reason, lines: [] }, '/lines'],
    ['a sku twice', { reason, lines: [...lines, ...lines] }, '/lines'],
    ['minus one unit', { reason, lines: [{ sku: 'A', quantity: -1 }] }, '/lines/0/quantity'],
    ['no reason', { amount }, '/reason'],
    ['a blank reason', { reason: ' ', amount }, '/reason'],
    ['a long reason', { reason: 'x'.repeat(501), amount }, '/reason'],
    ['goods of an amount', { reason, amount, restock: true }, '/restock'],
    ['an order of its own', { reason, id: 'x' }, '/id'],
  ])('400 for %s, by its path, and nobody is called', async (_what, body, wrong) => {
    const response = await pay(body)
    expectDocumented(response)
    expect(response.status).toBe(400)
    expect(response.body.errors.map((error: { path: string }) => error.path)).toEqual([wrong])
    expect(shop.calls()).toEqual([])
  })

  it("400 with its path for another currency than the order's", async () => {
    await using other = await startForTest()
    other.sidecar.answer('order', 'RefundOrder', () => {
      throw new DomainError('invalid', 'refund_currency', { currency: 'EUR' })
    })
    const response = await other.http
      .post(path)
      .set({ Authorization: other.token(['support']), 'Idempotency-Key': 'k' })
      .send({ reason, amount: { amount: 5, currency: 'USD' } })
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([400, 'refund_currency'])
    expect(response.body.errors[0].path).toBe('/amount/currency')
  })

  it.each([
    [{}, 'idempotency_key_required'],
    [{ 'Idempotency-Key': '' }, 'idempotency_key_required'],
    [{ 'Idempotency-Key': 'x'.repeat(256) }, 'idempotency_key_invalid'],
    [{ 'Idempotency-Key': 'schl\u00fcssel' }, 'idempotency_key_invalid'],
  ])('400 for the headers %p', async (headers, code) => {
    const response = await pay({ reason }, headers)
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([400, code])
    expect(shop.calls()).toEqual([])
  })

  it('lists those of an order', async () => {
    shop.sidecar.answer('order', 'ListRefunds', () => ({ items: [refund] }))
    const response = await shop.http.get(path).set('Authorization', shop.token(['operator']))
    expectDocumented(response)
    expect(response.body).toMatchObject({ items: [{ id: refund.id }], nextCursor: null })
    expect(shop.sidecar.recorded('order.ListRefunds')[0]?.request).toEqual({ orderId: id })
  })
})

describe('goods on their way', () => {
  let shop: TestGateway
  const as = () => ({ Authorization: shop.token(['admin']) })

  beforeAll(async () => {
    shop = await startForTest()
    const status = OrderStatus.ORDER_STATUS_SHIPPED
    shop.sidecar.answer('order', 'ShipOrder', ({ carrier, trackingCode }) => ({
      order: anOrder({ id, status, carrier, trackingCode }),
    }))
    shop.sidecar.answer('order', 'DeliverOrder', () => ({
      order: anOrder({ id, status: OrderStatus.ORDER_STATUS_DELIVERED }),
    }))
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('ships, with a carrier and its code or without', async () => {
    const path = `/v1/admin/orders/${id}/ship`
    const sent = { carrier: 'DHL', trackingCode: 'JJD1' }
    const named = await shop.http.post(path).set(as()).send(sent)
    const plain = await shop.http.post(path).set(as())
    for (const response of [named, plain]) expectDocumented(response)
    expect(named.body).toMatchObject({ status: 'SHIPPED', ...sent })
    expect([plain.status, plain.body.carrier]).toEqual([200, undefined])
    const long = await shop.http
      .post(path)
      .set(as())
      .send({ carrier: 'x'.repeat(101) })
    expect([long.status, long.body.errors[0].path]).toEqual([400, '/carrier'])
  })

  it('delivers', async () => {
    const response = await shop.http.post(`/v1/admin/orders/${id}/deliver`).set(as())
    expectDocumented(response)
    expect([response.status, response.body.status]).toEqual([200, 'DELIVERED'])
    expect(shop.sidecar.recorded('order.DeliverOrder')[0]?.request).toEqual({ id })
  })

  it('422 when the order is not that far', async () => {
    await using other = await startForTest()
    other.sidecar.answer('order', 'ShipOrder', () => {
      throw new DomainError('precondition', 'illegal_move', { from: 'PENDING', to: 'SHIPPED' })
    })
    const response = await other.http
      .post(`/v1/admin/orders/${id}/ship`)
      .set('Authorization', other.token(['admin']))
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([422, 'illegal_move'])
    expect(response.body.params).toEqual({ from: 'PENDING', to: 'SHIPPED' })
  })
})
