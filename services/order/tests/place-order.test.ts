import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { eventually } from '@micromart/testing'
import { anAddress } from './fake-shop.ts'
import { aMember, startForTest, type TestShop } from './start.ts'

let test: TestShop
beforeAll(async () => {
  test = await startForTest()
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
})

const eur = (amount: bigint) => ({ amount, currency: 'EUR' })

it('sells a cart: held, charged, paid, claimed, told', async () => {
  const { id, sku, cart, order: rpc, wish } = aMember(test)
  const paidBefore = await test.metric('micromart_orders_total', { outcome: 'paid' })

  const { order, replayed } = await rpc.placeOrder(wish)

  expect(replayed).toBe(false)
  expect(order).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    number: expect.stringMatching(/^M-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/),
    status: OrderStatus.ORDER_STATUS_PAID,
    email: 'member@example.org',
    items: [
      {
        sku,
        title: `Title of ${sku}`,
        quantity: 2,
        unitPrice: eur(1999n),
        lineTotal: eur(3998n),
      },
    ],
    subtotal: eur(3998n),
    shipping: eur(0n),
    tax: eur(0n),
    discount: eur(0n),
    total: eur(3998n),
    shippingAddress: anAddress(),
    payment: { status: PaymentStatus.PAYMENT_STATUS_PAID, method: 'card' },
    createdAt: expect.any(Date),
    updatedAt: expect.any(Date),
    orderToken: undefined,
  })
  const orderId = order?.id ?? ''
  expect(await rpc.getOrder({ id: orderId, orderToken: undefined })).toEqual({ order })
  await eventually(async () => {
    const { items } = await rpc.getTimeline({ id: orderId, orderToken: undefined })
    expect(items.map(({ event, status }) => [event, status])).toEqual([
      ['order.placed', OrderStatus.ORDER_STATUS_PENDING],
      ['stock.held', OrderStatus.ORDER_STATUS_PENDING],
      ['payment.charged', OrderStatus.ORDER_STATUS_PENDING],
      ['order.paid', OrderStatus.ORDER_STATUS_PAID],
      ['stock.claimed', OrderStatus.ORDER_STATUS_PAID],
    ])
  })
  expect(test.calledFor(orderId).toSorted()).toEqual([
    'payment.Charge',
    'payment.OpenPayment',
    'product.ClaimStock',
    'product.HoldStock',
  ])
  await eventually(() => expect(test.told(orderId)).toEqual(['order.paid.v1']))
  const [event] = test.sidecar.published().filter(({ aggregateId }) => aggregateId === orderId)
  expect(event?.payload).toEqual({
    orderId,
    cartId: cart.id,
    cartKey: `member:${id}`,
    lines: [{ sku, quantity: 2 }],
    total: { amount: '3998', currency: 'EUR' },
    paidAt: order?.updatedAt?.toISOString(),
  })
  expect(await test.metric('micromart_orders_total', { outcome: 'paid' })).toBe(paidBefore + 1)
})
