import { beforeAll, describe, expect, it } from '@jest/globals'
import { randomUUID } from 'node:crypto'
import { call, eventually } from './support/shop.ts'
import {
  addToCart,
  cartOf,
  loginAs,
  newMember,
  newProduct,
  type Order,
  placeOrder,
  stockOf,
} from './support/shopper.ts'

let admin: string

beforeAll(async () => {
  admin = await loginAs('admin')
})

const timelineOf = async (path: string, headers: Record<string, string>) =>
  (await call<{ items: { event: string; status: string }[] }>('GET', path, { headers })).body.items

describe('a purchase', () => {
  it('as a member: order PAID, stock down by what was bought, cart empty', async () => {
    const { token } = await newMember()
    const product = await newProduct(admin, { stock: 5, price: 1250 })
    await addToCart({ token }, product.sku, 2)

    const { status, body, headers } = await placeOrder({ token })

    expect({ status, order: body.status, total: body.total, payment: body.payment.status }).toEqual(
      {
        status: 201,
        order: 'PAID',
        total: { amount: 2500, currency: 'EUR' },
        payment: 'paid',
      },
    )
    expect(headers.get('location')).toBe(`/v1/orders/${body.id}`)
    await eventually(
      () => stockOf(admin, product.sku),
      ({ onHand, held }) => onHand === 3 && held === 0,
      5000,
    )
    await eventually(
      () => cartOf({ token }),
      ({ items }) => items.length === 0,
      3000,
    )
    const { body: listed } = await call<{ items: Order[] }>('GET', '/v1/orders', { token })
    expect(listed.items.map(({ id }) => id)).toEqual([body.id])
  })

  it('as a guest: the order token opens the order, and nothing else does', async () => {
    const product = await newProduct(admin)
    const { cartToken } = await addToCart({}, product.sku)

    const { status, body } = await placeOrder({ cartToken }, { email: 'guest@test.example' })
    expect(status).toBe(201)

    const path = `/v1/orders/${body.id}`
    const opened = await call<Order>('GET', path, {
      headers: { 'x-order-token': body.orderToken! },
    })
    expect(opened.body).toMatchObject({ id: body.id, status: 'PAID' })
    expect((await call('GET', path)).status).toBe(401)
    expect((await call('GET', path, { token: (await newMember()).token })).status).toBe(404)
  })

  it('tells its story: placed, held, charged, paid, claimed', async () => {
    const { token } = await newMember()
    const product = await newProduct(admin)
    await addToCart({ token }, product.sku)
    const { body } = await placeOrder({ token })

    const events = await eventually(
      async () =>
        await timelineOf(`/v1/orders/${body.id}/timeline`, { authorization: `Bearer ${token}` }),
      (items) => items.some(({ event }) => event === 'stock.claimed'),
    )

    expect(events.map(({ event }) => event)).toEqual([
      'order.placed',
      'stock.held',
      'payment.charged',
      'order.paid',
      'stock.claimed',
    ])
  })

  it('that the card declines: 402, FAILED, stock and cart as before', async () => {
    const { token } = await newMember()
    const product = await newProduct(admin, { stock: 3 })
    await addToCart({ token }, product.sku, 3)

    const { status, body } = await placeOrder({ token }, { cardToken: 'tok_declined' })

    expect({ status, code: body.code }).toEqual({ status: 402, code: 'payment_declined' })
    expect(await stockOf(admin, product.sku)).toMatchObject({ onHand: 3, held: 0, available: 3 })
    expect((await cartOf({ token })).items).toMatchObject([{ sku: product.sku, quantity: 3 }])
  })

  it('of more than is left: 422 out_of_stock, nothing held or charged', async () => {
    const product = await newProduct(admin, { stock: 2 })
    const [first, second] = [await newMember(), await newMember()]
    await addToCart(first, product.sku, 2)
    await addToCart(second, product.sku, 1)
    expect((await placeOrder(first)).status).toBe(201)

    const { status, body } = await placeOrder(second)

    expect({ status, code: body.code }).toEqual({ status: 422, code: 'out_of_stock' })
    await eventually(
      () => stockOf(admin, product.sku),
      ({ onHand, held }) => onHand === 0 && held === 0,
    )
  })

  it('repeated with its key answers byte for byte the same, and sells once', async () => {
    const { token } = await newMember()
    const product = await newProduct(admin, { stock: 5 })
    await addToCart({ token }, product.sku)
    const key = randomUUID()

    const first = await placeOrder({ token }, { key })
    const again = await placeOrder({ token }, { key })
    const other = await placeOrder({ token }, { key, cardToken: 'tok_slow' })

    expect({ status: again.status, text: again.text }).toEqual({ status: 201, text: first.text })
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect({ status: other.status, code: other.body.code }).toEqual({
      status: 422,
      code: 'idempotency_mismatch',
    })
    await eventually(
      () => stockOf(admin, product.sku),
      ({ onHand }) => onHand === 4,
    )
  })

  it('of twenty units by thirty shoppers at once sells exactly twenty', async () => {
    const product = await newProduct(admin, { stock: 20 })
    const guests = await Promise.all(
      Array.from({ length: 30 }, async () => (await addToCart({}, product.sku)).cartToken),
    )

    const answers = await Promise.all(
      guests.map((cartToken) => placeOrder({ cartToken }, { email: 'flash@test.example' })),
    )

    const statuses = answers.map(({ status }) => status)
    expect(statuses.filter((status) => status === 201)).toHaveLength(20)
    expect(statuses.filter((status) => status === 422)).toHaveLength(10)
    await eventually(
      () => stockOf(admin, product.sku),
      ({ onHand, held }) => onHand === 0 && held === 0,
    )
  })

  it('cancelled before shipping: refunded in full, and the goods are back on the shelf', async () => {
    const { token } = await newMember()
    const product = await newProduct(admin, { stock: 4 })
    await addToCart({ token }, product.sku, 3)
    const { body } = await placeOrder({ token })

    const { status } = await call('POST', `/v1/orders/${body.id}/cancel`, { token })

    expect(status).toBe(200)
    const final = await eventually(
      async () => (await call<Order>('GET', `/v1/orders/${body.id}`, { token })).body,
      ({ payment }) => payment.status === 'refunded',
    )
    expect(final.status).toBe('CANCELLED')
    await eventually(
      () => stockOf(admin, product.sku),
      ({ onHand, held }) => onHand === 4 && held === 0,
    )
    const again = await call<Order>('POST', `/v1/orders/${body.id}/cancel`, { token })
    expect([again.status, again.body.status]).toEqual([200, 'CANCELLED'])
  })
})
