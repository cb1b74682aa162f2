import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { type Order, OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { DomainError, systemIds } from '@micromart/kernel'
import { anOrder, aPayment } from './answers.ts'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

describe('orders', () => {
  let shop: TestGateway
  const id = systemIds.next()

  beforeAll(async () => {
    shop = await startForTest()
    shop.sidecar.answer('order', 'GetOrder', () => ({ order: anOrder({ id }) }))
    shop.sidecar.answer('order', 'CancelOrder', () => ({
      order: anOrder({
        id,
        status: OrderStatus.ORDER_STATUS_CANCELLED,
        payment: aPayment(PaymentStatus.PAYMENT_STATUS_REFUND_PENDING),
      }),
    }))
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('lists mine', async () => {
    shop.sidecar.answer('order', 'ListOrders', () => ({
      items: [anOrder({ id })],
      nextCursor: 'more',
    }))
    const response = await shop.http
      .get('/v1/orders?limit=1&cursor=abc')
      .set('Authorization', shop.token())
    expectDocumented(response)
    expect(response.body).toMatchObject({ items: [{ id }], nextCursor: 'more' })
    expect(shop.sidecar.recorded('order.ListOrders')[0]?.request).toEqual({
      limit: 1,
      cursor: 'abc',
    })
  })

  it('reads one by order token or by login', async () => {
    const guest = await shop.http.get(`/v1/orders/${id}`).set('X-Order-Token', 'opens')
    const member = await shop.http.get(`/v1/orders/${id}`).set('Authorization', shop.token())
    for (const response of [guest, member]) {
      expectDocumented(response)
      expect(response.body.id).toBe(id)
      expect(response.headers['cache-control']).toBe('no-store')
    }
    expect(shop.sidecar.recorded('order.GetOrder').map(({ request }) => request)).toEqual([
      { id, orderToken: 'opens' },
      { id, orderToken: undefined },
    ])
  })

  it('S52 S53 no answer for one is another, not with a disguised name either', async () => {
    const response = await shop.http
      .get(`/v1/orders/${id}?x=.css`)
      .set('Authorization', shop.token())
    expect([response.status, response.headers['cache-control']]).toEqual([200, 'no-store'])
    expect(response.headers['etag']).toBeUndefined()
  })

  it('tells the timeline with three decimals', async () => {
    shop.sidecar.answer('order', 'GetTimeline', () => ({
      items: [
        {
          at: new Date('2026-01-31T12:00:00Z'),
          status: OrderStatus.ORDER_STATUS_PENDING,
          event: 'order.placed',
          message: 'Placed',
          actor: 'shopper',
          seq: 1n,
        },
      ],
    }))
    const response = await shop.http
      .get(`/v1/orders/${id}/timeline`)
      .set('Authorization', shop.token())
    expectDocumented(response)
    expect(response.body).toEqual({
      items: [
        {
          at: '2026-01-31T12:00:00.000Z',
          status: 'PENDING',
          event: 'order.placed',
          message: 'Placed',
          actor: 'shopper',
        },
      ],
    })
  })

  it('cancels, with no body or an empty object', async () => {
    const path = `/v1/orders/${id}/cancel`
    const plain = await shop.http.post(path).set('X-Order-Token', 'opens')
    const object = await shop.http.post(path).set('X-Order-Token', 'opens').send({})
    for (const response of [plain, object]) {
      expectDocumented(response)
      expect(response.body).toMatchObject({
        status: 'CANCELLED',
        payment: { status: 'refund_pending' },
      })
    }
  })

  describe('going on with a payment', () => {
    const path = `/v1/orders/${id}/payment`
    const nextAction = {
      type: 'redirect',
      url: 'http://127.0.0.1:7206/3ds/ch_1',
      expiresAt: new Date('2026-01-31T12:05:00Z'),
    }
    const answers = (order: Order) =>
      shop.sidecar.answer('order', 'ContinuePayment', () => ({ order }))
    const goOn = () => shop.http.post(path).set('X-Order-Token', 'opens')

    it('200 with the order when it is paid, with no body or an empty object', async () => {
      answers(anOrder({ id }))
      for (const response of [await goOn(), await goOn().send({})]) {
        expectDocumented(response)
        expect([response.status, response.body.status]).toEqual([200, 'PAID'])
      }
      expect(shop.sidecar.recorded('order.ContinuePayment')[0]?.request).toEqual({
        id,
        orderToken: 'opens',
      })
    })

    it('202 with what the shopper has to do while that waits', async () => {
      const payment = aPayment(PaymentStatus.PAYMENT_STATUS_REQUIRES_ACTION, nextAction)
      answers(anOrder({ id, status: OrderStatus.ORDER_STATUS_PAYMENT_PENDING, payment }))
      const response = await goOn()
      expectDocumented(response)
      expect(response.status).toBe(202)
      expect(response.headers['location']).toBe(`/v1/orders/${id}`)
      expect(response.headers['retry-after']).toBe('2')
      expect(response.body.payment).toEqual({
        status: 'requires_action',
        method: 'card',
        nextAction: { ...nextAction, expiresAt: '2026-01-31T12:05:00.000Z' },
      })
    })

    it('402 when it is declined, and its repeat is the same bytes', async () => {
      const payment = aPayment(PaymentStatus.PAYMENT_STATUS_DECLINED)
      const order = anOrder({ id, status: OrderStatus.ORDER_STATUS_FAILED, payment })
      const traceId = 'b2'.repeat(16)
      let isRepeat = false
      shop.sidecar.answer('order', 'ContinuePayment', (_request, call) => {
        if (isRepeat) call.replay()
        return { order, ...(isRepeat && { traceId }) }
      })
      const keyed = () => goOn().set('Idempotency-Key', 'k')
      const first = await keyed().set('traceparent', `00-${traceId}-00f067aa0ba902b7-01`)
      expectDocumented(first)
      expect([first.status, first.body.code]).toEqual([402, 'payment_declined'])
      isRepeat = true
      const again = await keyed()
      expect(again.text).toBe(first.text)
      expect(again.headers['idempotent-replayed']).toBe('true')
    })

    it.each([
      ['precondition', 'payment_not_waiting', 422],
      ['not_found', 'order_not_found', 404],
    ] as const)('%s %s is %i', async (kind, code, status) => {
      shop.sidecar.answer('order', 'ContinuePayment', () => {
        throw new DomainError(kind, code)
      })
      const response = await goOn()
      expectDocumented(response)
      expect([response.status, response.body.code]).toEqual([status, code])
    })
  })

  it('tells what was paid back, and who carries it', async () => {
    const order = anOrder({
      id,
      status: OrderStatus.ORDER_STATUS_SHIPPED,
      payment: aPayment(PaymentStatus.PAYMENT_STATUS_PARTIALLY_REFUNDED),
      refunded: { amount: 500n, currency: 'EUR' },
      carrier: 'DHL',
      trackingCode: 'JJD1',
    })
    shop.sidecar.answer('order', 'GetOrder', () => ({ order }))
    const response = await shop.http.get(`/v1/orders/${id}`).set('Authorization', shop.token())
    expectDocumented(response)
    expect(response.body).toMatchObject({
      status: 'SHIPPED',
      payment: { status: 'partially_refunded' },
      refunded: { amount: 500, currency: 'EUR' },
      carrier: 'DHL',
      trackingCode: 'JJD1',
    })
  })

  it("S31 another's order is 404 as an unknown one", async () => {
    shop.sidecar.answer('order', 'GetOrder', () => {
      throw new DomainError('not_found', 'order_not_found')
    })
    const response = await shop.http.get(`/v1/orders/${id}`).set('Authorization', shop.token())
    expect([response.status, response.body.code]).toEqual([404, 'order_not_found'])
  })
})
