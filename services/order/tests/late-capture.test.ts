import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { eventually } from '@micromart/testing'
import { aMember, startForTest, type TestShop } from './start.ts'

const { ORDER_STATUS_FAILED, ORDER_STATUS_PAID } = OrderStatus

let test: TestShop
beforeAll(async () => {
  test = await startForTest()
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
})

/** A checkout that hangs in its charge until told to go on; `moment` is before or after the provider took the money. */
const hangingCharge = async (moment: 'payment.Charge' | 'payment.Charge after') => {
  const member = aMember(test)
  const charging = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  test.shop.next(moment, () => {
    reached.resolve()
    return charging.promise
  })
  const answer = member.order.placeOrder(member.wish)
  await reached.promise
  const { items } = await member.order.listOrders({ limit: 1, cursor: undefined })
  return { ...member, answer, orderId: items[0]?.id ?? '', goOn: charging.resolve }
}

it('does not charge an order that the sweeper has ended', async () => {
  const { sku, answer, orderId, goOn } = await hangingCharge('payment.Charge')
  await test.later(15_500)
  goOn()
  const { order } = await answer
  expect(order).toMatchObject({ id: orderId, status: ORDER_STATUS_FAILED })
  expect(test.shop.available(sku)).toBe(10)
  expect(test.shop.payment(orderId)?.outcome).toBe(ChargeOutcome.CHARGE_OUTCOME_CANCELLED)
})

it('answers PAID when the sweeper was faster to see the money', async () => {
  const { answer, orderId, goOn } = await hangingCharge('payment.Charge after')
  await test.later(15_500)
  goOn()
  const { order } = await answer
  expect(order).toMatchObject({ id: orderId, status: ORDER_STATUS_PAID })
  await eventually(() => expect(test.told(orderId)).toEqual(['order.paid.v1']))
})

it('pays back what was captured although the order had ended', async () => {
  const { sku, order: rpc, answer, orderId, goOn } = await hangingCharge('payment.Charge')
  await test.later(15_500)
  test.shop.settlePayment(orderId, ChargeOutcome.CHARGE_OUTCOME_CAPTURED) // the provider's cancel came too late
  goOn()
  const { order } = await answer
  expect(order?.status).toBe(ORDER_STATUS_FAILED)
  await test.sweep()
  const name = { id: orderId, orderToken: undefined }
  expect((await rpc.getOrder(name)).order).toMatchObject({
    status: ORDER_STATUS_FAILED,
    payment: { status: PaymentStatus.PAYMENT_STATUS_REFUNDED },
  })
  expect(test.shop.payment(orderId)?.refunds.size).toBe(1)
  expect(test.shop.available(sku)).toBe(10)
  const { items } = await rpc.getTimeline(name)
  expect(items.slice(-2).map(({ event }) => event)).toEqual(['payment.late', 'payment.refunded'])
})
