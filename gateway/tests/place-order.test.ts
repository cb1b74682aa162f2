import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { DomainError, systemIds } from '@micromart/kernel'
import { anAddress, anOrder, aPayment } from './answers.ts'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const shippingAddress = {
  name: 'Ada Lovelace',
  line1: 'Hauptstr. 1',
  city: 'Berlin',
  postalCode: '10115',
  country: 'DE',
}
const payment = { method: 'card', token: 'tok_visa' }
const guestOrder = { shippingAddress, payment, email: 'ada@example.com' }
const cartToken = 'c'.repeat(43)

describe('placing an order', () => {
  let shop: TestGateway
  const place = (body: object, headers: Record<string, string> = {}) =>
    shop.http
      .post('/v1/orders')
      .set({ 'Idempotency-Key': 'key-1', 'X-Cart-Token': cartToken, ...headers })
      .send(body)
  const asked = () => shop.sidecar.recorded('order.PlaceOrder').map(({ request }) => request)

  beforeAll(async () => {
    shop = await startForTest()
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('201 when paid, with the whole order and its place', async () => {
    const order = anOrder({ orderToken: 'opens-it' })
    shop.sidecar.answer('order', 'PlaceOrder', () => ({ order, replayed: false }))
    const response = await place(guestOrder)
    expectDocumented(response)
    expect(response.status).toBe(201)
    expect(response.headers['location']).toBe(`/v1/orders/${order.id}`)
    expect(response.headers['idempotent-replayed']).toBeUndefined()
    expect(response.body).toEqual({
      id: order.id,
      number: 'M-7K2Q-9F4D',
      status: 'PAID',
      email: 'ada@example.com',
      items: [
        {
          sku: 'OIL-S',
          title: 'Olive oil',
          quantity: 2,
          unitPrice: { amount: 1999, currency: 'EUR' },
          lineTotal: { amount: 3998, currency: 'EUR' },
        },
      ],
      subtotal: { amount: 3998, currency: 'EUR' },
      shipping: { amount: 0, currency: 'EUR' },
      tax: { amount: 0, currency: 'EUR' },
      discount: { amount: 0, currency: 'EUR' },
      total: { amount: 3998, currency: 'EUR' },
      shippingAddress,
      payment: { status: 'paid', method: 'card' },
      createdAt: '2026-01-31T12:00:00.000Z',
      updatedAt: '2026-01-31T12:00:00.000Z',
      orderToken: 'opens-it',
    })
    expect(asked()).toEqual([
      {
        idempotencyKey: 'key-1',
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        cartToken,
        email: 'ada@example.com',
        shipTo: { $case: 'shippingAddress', value: anAddress },
        paymentMethod: 'card',
        paymentToken: 'tok_visa',
        expectedTotal: undefined,
      },
    ])
  })

  it('a repeat is the same bytes, whatever order its members have, and says so', async () => {
    const order = anOrder()
    let replayed = false
    shop.sidecar.answer('order', 'PlaceOrder', () => ({ order, replayed }))
    const first = await place(guestOrder)
    replayed = true
    const { shippingAddress: _, ...rest } = guestOrder
    const { country, ...to } = shippingAddress
    const again = await place({ ...rest, shippingAddress: { country, ...to } })
    expect(again.text).toBe(first.text)
    expect(again.headers['idempotent-replayed']).toBe('true')
    const prints = asked().map((request) => (request as { fingerprint: string }).fingerprint)
    expect(new Set(prints).size).toBe(1)
  })

  it('202 while the outcome is not known, with Location and Retry-After', async () => {
    const order = anOrder({
      status: OrderStatus.ORDER_STATUS_PAYMENT_PENDING,
      payment: aPayment(PaymentStatus.PAYMENT_STATUS_PENDING),
    })
    shop.sidecar.answer('order', 'PlaceOrder', () => ({ order }))
    const response = await place(guestOrder)
    expectDocumented(response)
    expect(response.status).toBe(202)
    expect(response.headers['location']).toBe(`/v1/orders/${order.id}`)
    expect(response.headers['retry-after']).toBe('2')
    expect(response.body).toMatchObject({
      status: 'PAYMENT_PENDING',
      payment: { status: 'pending' },
    })
  })

  it('402 when declined, and its repeat is the same bytes', async () => {
    const order = anOrder({
      status: OrderStatus.ORDER_STATUS_FAILED,
      payment: aPayment(PaymentStatus.PAYMENT_STATUS_DECLINED),
    })
    const traceId = 'a1'.repeat(16)
    let replayed = false
    shop.sidecar.answer('order', 'PlaceOrder', () => ({
      order,
      replayed,
      ...(replayed && { traceId }),
    }))
    const first = await place(guestOrder, { traceparent: `00-${traceId}-00f067aa0ba902b7-01` })
    expectDocumented(first)
    expect([first.status, first.body.code]).toEqual([402, 'payment_declined'])
    expect(first.body.params).toEqual({ orderId: order.id })
    replayed = true
    const again = await place(guestOrder)
    expect(again.text).toBe(first.text)
    expect(again.headers['idempotent-replayed']).toBe('true')
  })

  it.each([
    [OrderStatus.ORDER_STATUS_FAILED, PaymentStatus.PAYMENT_STATUS_CANCELLED],
    [OrderStatus.ORDER_STATUS_FAILED, PaymentStatus.PAYMENT_STATUS_REFUND_PENDING],
    [OrderStatus.ORDER_STATUS_REJECTED, PaymentStatus.PAYMENT_STATUS_CANCELLED],
    [OrderStatus.ORDER_STATUS_CANCELLED, PaymentStatus.PAYMENT_STATUS_REFUNDED],
    [OrderStatus.ORDER_STATUS_REFUNDED, PaymentStatus.PAYMENT_STATUS_REFUNDED],
  ])('503, not 402 and not 201, for an order that ended without a decline (%#)', async (...of) => {
    const [status, paymentStatus] = of
    const order = anOrder({ status, payment: aPayment(paymentStatus) })
    shop.sidecar.answer('order', 'PlaceOrder', () => ({ order }))
    const response = await place(guestOrder)
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([503, 'order_ended'])
    expect(response.body.params).toEqual({ orderId: order.id })
    expect(response.headers['retry-after']).toBe('2')
  })

  it.each([
    ['precondition', 'cart_empty', 422],
    ['precondition', 'out_of_stock', 422],
    ['precondition', 'idempotency_mismatch', 422],
    ['precondition', 'too_many_open_orders', 422],
    ['already_exists', 'cart_checked_out', 409],
    ['conflict', 'idempotency_in_progress', 409],
    ['unavailable', 'payment_unavailable', 503],
  ] as const)('%s %s is %i', async (kind, code, status) => {
    shop.sidecar.answer('order', 'PlaceOrder', () => {
      throw new DomainError(kind, code, { orderId: 'x' })
    })
    const response = await place(guestOrder)
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([status, code])
    const waits = status === 503 || code === 'idempotency_in_progress'
    expect(response.headers['retry-after'] !== undefined).toBe(waits)
  })

  it('409 price_changed tells the total as money', async () => {
    shop.sidecar.answer('order', 'PlaceOrder', () => {
      throw new DomainError('conflict', 'price_changed', { total: '4200', currency: 'EUR' })
    })
    const expectedTotal = { amount: 4000, currency: 'EUR' }
    const response = await place({ ...guestOrder, expectedTotal })
    expect(response.body.params).toEqual({ total: { amount: 4200, currency: 'EUR' } })
    expect(asked()).toEqual([
      expect.objectContaining({ expectedTotal: { amount: 4000n, currency: 'EUR' } }),
    ])
  })

  it('a member ships to a saved address and needs no e-mail', async () => {
    shop.sidecar.answer('order', 'PlaceOrder', () => ({ order: anOrder() }))
    const addressId = systemIds.next()
    const response = await place({ addressId, payment }, { Authorization: shop.token() })
    expect(response.status).toBe(201)
    expect(asked()).toEqual([
      expect.objectContaining({
        cartToken: undefined,
        email: undefined,
        shipTo: { $case: 'addressId', value: addressId },
      }),
    ])
    expect(shop.sidecar.recorded('order.PlaceOrder')[0]?.token).toBeDefined()
  })

  it('an addressId of the wrong form is 404 like an absent one', async () => {
    shop.sidecar.answer('order', 'PlaceOrder', () => {
      throw new DomainError('not_found', 'address_not_found')
    })
    const sent = { addressId: 'no uuid', payment }
    const response = await place(sent, { Authorization: shop.token() })
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([404, 'address_not_found'])
    expect(asked()).toEqual([
      expect.objectContaining({ shipTo: { $case: 'addressId', value: 'no uuid' } }),
    ])
  })

  const withoutEmail = { shippingAddress, payment }
  it.each([
    ['a guest without e-mail', withoutEmail, '/email'],
    [
      'a guest with a saved address',
      { ...guestOrder, shippingAddress: undefined, addressId: systemIds.next() },
      '/addressId',
    ],
    ['no address', { payment, email: 'a@b.de' }, '/shippingAddress'],
    ['two addresses', { ...guestOrder, addressId: systemIds.next() }, '/shippingAddress'],
    [
      'an unknown country',
      { ...guestOrder, shippingAddress: { ...shippingAddress, country: 'XX' } },
      '/shippingAddress/country',
    ],
    [
      'another method',
      { ...guestOrder, payment: { method: 'cash', token: 't' } },
      '/payment/method',
    ],
    [
      'a card number',
      { ...guestOrder, payment: { method: 'card', token: '4242424242424242' } },
      '/payment/token',
    ],
    ['a price of its own', { ...guestOrder, total: 1 }, '/total'],
    [
      'a control character',
      { ...guestOrder, shippingAddress: { ...shippingAddress, name: 'a\u0000b' } },
      '/shippingAddress/name',
    ],
  ])('400 for %s, nobody is called', async (_what, body, path) => {
    const response = await place(body)
    expectDocumented(response)
    expect(response.status).toBe(400)
    expect(response.body.errors.map((error: { path: string }) => error.path)).toContain(path)
    expect(shop.calls()).toEqual([])
  })

  it.each([
    [undefined, 'idempotency_key_required'],
    ['x'.repeat(256), 'idempotency_key_invalid'],
    ['schlüssel', 'idempotency_key_invalid'],
  ])('400 for the key %p', async (key, code) => {
    const request = shop.http.post('/v1/orders').set('X-Cart-Token', cartToken)
    if (key !== undefined) request.set('Idempotency-Key', key)
    const { status, body } = await request.send(guestOrder)
    expect([status, body.code]).toEqual([400, code])
    expect(shop.calls()).toEqual([])
  })
})
