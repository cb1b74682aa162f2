import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { away } from './fake-shop.ts'
import { eur, sold } from './sold.ts'
import { refusalOf, startForTest, type TestShop } from './start.ts'

let test: TestShop
beforeAll(async () => {
  test = await startForTest()
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
})

const { ORDER_STATUS_CANCELLED, ORDER_STATUS_DELIVERED, ORDER_STATUS_PAID } = OrderStatus
const { PAYMENT_STATUS_PARTIALLY_REFUNDED, PAYMENT_STATUS_REFUNDED } = PaymentStatus
const { PAYMENT_STATUS_REFUND_PENDING, PAYMENT_STATUS_REFUND_REFUSED } = PaymentStatus

const shippedOne = async () => {
  const one = await sold(test)
  await one.ship()
  return one
}

describe('a refund that payment cannot make now', () => {
  it('is pending and one at a time, and the sweeper finishes it', async () => {
    const { ask, read, sku, given } = await shippedOne()
    test.shop.next('payment.Refund', away)
    const { refund, order } = await ask({ lines: [{ sku, quantity: 1 }], restock: true })
    expect(refund?.status).toBe('pending')
    expect(order).toMatchObject({
      payment: { status: PAYMENT_STATUS_REFUND_PENDING },
      refunded: eur(1_000n),
    })
    expect(test.shop.available(sku)).toBe(8)
    expect(await refusalOf(ask({ amount: eur(1n) }))).toEqual({
      kind: 'conflict',
      code: 'refund_in_progress',
      params: {},
    })

    await test.later(3_500)

    expect((await read())?.payment?.status).toBe(PAYMENT_STATUS_PARTIALLY_REFUNDED)
    expect(given()).toEqual([[refund?.id, 1_000n]])
    expect(test.shop.available(sku)).toBe(9)
  })

  it('goes on when the order is cancelled meanwhile, and the rest follows it', async () => {
    const { ask, id, order: rpc, name, read, sku, other, given } = await sold(test)
    test.shop.next('payment.Refund', away, away)
    const { refund } = await ask({ amount: eur(700n) })
    const { order } = await rpc.cancelOrder(name)
    expect(order).toMatchObject({ status: ORDER_STATUS_CANCELLED, refunded: eur(700n) })

    await test.later(3_500)

    expect(await read()).toMatchObject({
      payment: { status: PAYMENT_STATUS_REFUNDED },
      refunded: eur(2_500n),
    })
    expect(given()).toEqual([
      [refund?.id, 700n],
      [id, 1_800n],
    ])
    expect([test.shop.available(sku), test.shop.available(other)]).toEqual([10, 10])
  })

  it('does not keep the order from going on', async () => {
    const { ask, id, staff, read, sku } = await sold(test)
    test.shop.next('payment.Refund', away)
    await ask({ lines: [{ sku, quantity: 1 }] })
    await staff.shipOrder({ id, carrier: undefined, trackingCode: undefined })
    await staff.deliverOrder({ id })
    await test.later(3_500)
    expect(await read()).toMatchObject({
      status: ORDER_STATUS_DELIVERED,
      payment: { status: PAYMENT_STATUS_PARTIALLY_REFUNDED },
    })
  })
})

describe('a refund that the provider refuses', () => {
  it('ends: nobody asks again, staff sees it and may try anew', async () => {
    const { ask, id, read, order: rpc, name } = await sold(test)
    const before = await test.metric('micromart_order_refunds_total', { status: 'refused' })
    test.shop.refuseRefunds(id)

    const { refund, order } = await ask({ amount: eur(700n) })

    expect(refund?.status).toBe('refused')
    expect(order).toMatchObject({
      status: ORDER_STATUS_PAID,
      payment: { status: PAYMENT_STATUS_REFUND_REFUSED },
      refunded: undefined,
    })
    expect(await test.metric('micromart_order_refunds_total', { status: 'refused' })).toBe(
      before + 1,
    )
    const asked = () => test.calledFor(id).filter((rpc) => rpc === 'payment.Refund').length
    await test.later(60_000)
    expect(asked()).toBe(1)
    const { items } = await rpc.getTimeline(name)
    expect(items.at(-1)).toMatchObject({
      event: 'payment.refund_refused',
      message: 'Refund of 7.00 EUR refused by the bank: staff must look',
    })

    test.shop.refuseRefunds(id, false)
    await ask({ amount: eur(700n) })
    expect((await read())?.payment?.status).toBe(PAYMENT_STATUS_PARTIALLY_REFUNDED)
  })

  it('leaves a cancelled order cancelled, its goods back and its money to staff', async () => {
    const { ask, id, read, order: rpc, name, sku } = await sold(test)
    test.shop.refuseRefunds(id)
    await rpc.cancelOrder(name)
    expect(await read()).toMatchObject({
      status: ORDER_STATUS_CANCELLED,
      payment: { status: PAYMENT_STATUS_REFUND_REFUSED },
      refunded: undefined,
    })
    expect(test.shop.available(sku)).toBe(10)
    test.shop.refuseRefunds(id, false)
    const { order } = await ask()
    expect(order).toMatchObject({
      status: ORDER_STATUS_CANCELLED,
      payment: { status: PAYMENT_STATUS_REFUNDED },
    })
    expect(test.shop.available(sku)).toBe(10)
  })
})
