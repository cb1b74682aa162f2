import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { eventually } from '@micromart/testing'
import { away } from './fake-shop.ts'
import { aMember, refusalOf, startForTest, type TestShop } from './start.ts'

let test: TestShop
beforeAll(async () => {
  test = await startForTest()
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
})

const { ORDER_STATUS_CANCELLED } = OrderStatus
const { PAYMENT_STATUS_REFUNDED, PAYMENT_STATUS_REFUND_PENDING } = PaymentStatus

const aPaidOrder = async () => {
  const member = aMember(test)
  const { order } = await member.order.placeOrder(member.wish)
  const id = order?.id ?? ''
  await eventually(() => expect(test.shop.hold(id)).toBe('claimed'))
  return { ...member, name: { id, orderToken: undefined } }
}

it('gives the money and the goods back', async () => {
  const { sku, order: rpc, name } = await aPaidOrder()

  const { order } = await rpc.cancelOrder(name)

  expect(order).toMatchObject({
    status: ORDER_STATUS_CANCELLED,
    payment: { status: PAYMENT_STATUS_REFUNDED },
  })
  expect((await rpc.getOrder(name)).order).toEqual(order)
  expect(test.shop.available(sku)).toBe(10)
  expect([...(test.shop.payment(name.id)?.refunds ?? [])]).toEqual([[name.id, 3998n]])
  await eventually(() =>
    expect(test.told(name.id)).toEqual([
      'order.paid.v1',
      'order.cancelled.v1',
      'order.refunded.v1',
    ]),
  )
  const { items } = await rpc.getTimeline(name)
  expect(items.slice(5).map(({ event, actor }) => [event, actor])).toEqual([
    ['order.cancelled', 'shopper'],
    ['payment.refunded', 'provider'],
    ['stock.returned', 'shop'],
  ])
})

it('is cancelled first and refunded later when payment is away', async () => {
  const { sku, order: rpc, name } = await aPaidOrder()
  test.shop.next('payment.Refund', away)

  const { order } = await rpc.cancelOrder(name)

  expect(order).toMatchObject({
    status: ORDER_STATUS_CANCELLED,
    payment: { status: PAYMENT_STATUS_REFUND_PENDING },
  })
  await test.later(3_500)
  expect((await rpc.getOrder(name)).order?.payment?.status).toBe(PAYMENT_STATUS_REFUNDED)
  expect(test.shop.available(sku)).toBe(10)
})

it('does not let its caller wait for a slow refund', async () => {
  const { order: rpc, name } = await aPaidOrder()
  const refunding = Promise.withResolvers<void>()
  test.shop.next('payment.Refund', () => refunding.promise)

  const { order } = await rpc.cancelOrder(name)

  expect(order?.payment?.status).toBe(PAYMENT_STATUS_REFUND_PENDING)
  refunding.resolve()
  await eventually(async () =>
    expect((await rpc.getOrder(name)).order?.payment?.status).toBe(PAYMENT_STATUS_REFUNDED),
  )
})

it('S64 pays back once, however often and however much at once it is asked', async () => {
  const { sku, order: rpc, name } = await aPaidOrder()
  const answers = await Promise.all(Array.from({ length: 10 }, () => rpc.cancelOrder(name)))
  expect(new Set(answers.map(({ order }) => order?.status))).toEqual(
    new Set([ORDER_STATUS_CANCELLED]),
  )
  await eventually(async () =>
    expect((await rpc.getOrder(name)).order?.payment?.status).toBe(PAYMENT_STATUS_REFUNDED),
  )
  expect(test.shop.payment(name.id)?.refunds.size).toBe(1)
  expect(test.shop.available(sku)).toBe(10)
  const { items } = await rpc.getTimeline(name)
  expect(items.filter(({ event }) => event === 'order.cancelled')).toHaveLength(1)
})

it('frees the cart: the same goods can be bought again', async () => {
  const { order: rpc, wish, name } = await aPaidOrder()
  await rpc.cancelOrder(name)
  const { order } = await rpc.placeOrder({ ...wish, idempotencyKey: 'again' })
  expect(order?.status).toBe(OrderStatus.ORDER_STATUS_PAID)
})

it('S35 does not cancel what was never paid', async () => {
  const { order: rpc, wish } = aMember(test)
  const { order } = await rpc.placeOrder({ ...wish, paymentToken: 'tok_declined' })
  expect(await refusalOf(rpc.cancelOrder({ id: order?.id ?? '', orderToken: undefined }))).toEqual({
    kind: 'precondition',
    code: 'illegal_move',
    params: { from: 'FAILED', to: 'CANCELLED' },
  })
})
