import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
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

  it("S31 another's order is 404 as an unknown one", async () => {
    shop.sidecar.answer('order', 'GetOrder', () => {
      throw new DomainError('not_found', 'order_not_found')
    })
    const response = await shop.http.get(`/v1/orders/${id}`).set('Authorization', shop.token())
    expect([response.status, response.body.code]).toEqual([404, 'order_not_found'])
  })
})
