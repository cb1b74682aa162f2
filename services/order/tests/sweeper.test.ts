import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { eventually } from '@micromart/testing'
import { away } from './fake-shop.ts'
import { aMember, startForTest, type TestShop } from './start.ts'

let test: TestShop
beforeAll(async () => {
  test = await startForTest()
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
})

const { CHARGE_OUTCOME_CAPTURED, CHARGE_OUTCOME_DECLINED, CHARGE_OUTCOME_NONE } = ChargeOutcome
const { ORDER_STATUS_CANCELLED, ORDER_STATUS_FAILED } = OrderStatus
const { ORDER_STATUS_PAID, ORDER_STATUS_PAYMENT_PENDING } = OrderStatus

const aPendingPayment = async () => {
  const member = aMember(test)
  const { order } = await member.order.placeOrder({ ...member.wish, paymentToken: 'tok_timeout' })
  const id = order?.id ?? ''
  const read = async () => (await member.order.getOrder({ id, orderToken: undefined })).order
  return { ...member, orderId: id, read }
}

describe('an unknown payment', () => {
  it('is paid once the provider says so: claimed and told', async () => {
    const { orderId, read, sku } = await aPendingPayment()
    test.shop.settlePayment(orderId, CHARGE_OUTCOME_CAPTURED)
    await test.later(1_500)
    expect(await read()).toMatchObject({
      status: ORDER_STATUS_PAID,
      payment: { status: PaymentStatus.PAYMENT_STATUS_PAID },
    })
    await eventually(() => expect(test.shop.hold(orderId)).toBe('claimed'))
    await eventually(() => expect(test.told(orderId)).toEqual(['order.paid.v1']))
    expect(test.shop.available(sku)).toBe(8)
  })

  it('fails once the provider declines: released and told', async () => {
    const { orderId, read, sku } = await aPendingPayment()
    test.shop.settlePayment(orderId, CHARGE_OUTCOME_DECLINED)
    await test.later(1_500)
    expect(await read()).toMatchObject({
      status: ORDER_STATUS_FAILED,
      payment: { status: PaymentStatus.PAYMENT_STATUS_DECLINED },
    })
    expect(test.shop.available(sku)).toBe(10)
    await eventually(() => expect(test.told(orderId)).toEqual(['order.failed.v1']))
  })

  it('is ended when nothing ever reached the provider', async () => {
    const { orderId, read, sku } = await aPendingPayment()
    test.shop.settlePayment(orderId, CHARGE_OUTCOME_NONE)
    await test.later(1_500)
    expect((await read())?.status).toBe(ORDER_STATUS_FAILED)
    expect(test.shop.available(sku)).toBe(10)
    expect(test.shop.payment(orderId)?.outcome).toBe(ChargeOutcome.CHARGE_OUTCOME_CANCELLED)
  })

  it('is asked about at most 8 s apart, however long it lasts', async () => {
    const { orderId, read } = await aPendingPayment()
    const asked = () => test.calledFor(orderId).filter((rpc) => rpc === 'payment.GetPayment').length
    for (let second = 0; second < 60; second += 1) await test.later(1_000)
    const before = asked()
    for (let second = 0; second < 17; second += 1) await test.later(1_000)
    expect(asked() - before).toBeGreaterThanOrEqual(2)
    expect((await read())?.status).toBe(ORDER_STATUS_PAYMENT_PENDING)
  })

  it('keeps its goods held while it lasts', async () => {
    const { orderId } = await aPendingPayment()
    const extended = () =>
      test.calledFor(orderId).filter((rpc) => rpc === 'product.ExtendHold').length
    await test.later(5_000)
    expect(extended()).toBe(0)
    await test.later(11 * 60_000)
    expect(extended()).toBe(1)
    await test.later(60_000)
    expect(extended()).toBe(1)
    await test.later(11 * 60_000)
    expect(extended()).toBe(2)
  })

  it('survives a payment service that is away', async () => {
    const { orderId, read } = await aPendingPayment()
    test.shop.settlePayment(orderId, CHARGE_OUTCOME_CAPTURED)
    test.shop.next('payment.GetPayment', away)
    await test.later(1_500)
    expect((await read())?.status).toBe(ORDER_STATUS_PAYMENT_PENDING)
    await test.later(8_500)
    expect((await read())?.status).toBe(ORDER_STATUS_PAID)
  })

  it('is cancelled after a day', async () => {
    const { orderId, read, sku } = await aPendingPayment()
    await test.later(24 * 3_600_000 + 1_000)
    test.shop.settlePayment(orderId, CHARGE_OUTCOME_NONE)
    await test.later(9_000)
    expect((await read())?.status).toBe(ORDER_STATUS_FAILED)
    expect(test.calledFor(orderId)).toContain('payment.CancelPayment')
    expect(test.shop.available(sku)).toBe(10)
  })
})

it('pays back and cancels when the goods are gone at the claim', async () => {
  const { order: rpc, wish } = aMember(test)
  test.shop.next('product.ClaimStock', away, away)
  const { order } = await rpc.placeOrder(wish)
  const id = order?.id ?? ''
  await eventually(() => expect(test.calledFor(id)).toContain('product.ClaimStock'))
  test.shop.lapse(id)

  await test.later(2_500)

  await eventually(async () => {
    expect((await rpc.getOrder({ id, orderToken: undefined })).order).toMatchObject({
      status: ORDER_STATUS_CANCELLED,
      payment: { status: PaymentStatus.PAYMENT_STATUS_REFUNDED },
    })
  })
  expect(test.shop.payment(id)?.refunds.size).toBe(1)
  await eventually(() =>
    expect(test.told(id)).toEqual(['order.paid.v1', 'order.cancelled.v1', 'order.refunded.v1']),
  )
  const { items } = await rpc.getTimeline({ id, orderToken: undefined })
  expect(items.slice(4).map(({ event, actor }) => [event, actor])).toEqual([
    ['stock.lost', 'shop'],
    ['order.cancelled', 'shop'],
    ['payment.refunded', 'provider'],
    ['stock.returned', 'shop'],
  ])
})

it('lets several replicas sweep at once with one effect', async () => {
  const pending = await Promise.all(Array.from({ length: 5 }, aPendingPayment))
  for (const { orderId } of pending) test.shop.settlePayment(orderId, CHARGE_OUTCOME_CAPTURED)
  test.clock.advance(1_500)
  await Promise.all([test.sweep(), test.sweep(), test.sweep()])
  for (const { orderId, read } of pending) {
    expect((await read())?.status).toBe(ORDER_STATUS_PAID)
    await eventually(() => expect(test.told(orderId)).toEqual(['order.paid.v1']))
  }
})
