import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { eur, sold } from './sold.ts'
import { aMember, refusalOf, startForTest, type TestShop } from './start.ts'

let test: TestShop
beforeAll(async () => {
  test = await startForTest()
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
})

const { ORDER_STATUS_CANCELLED, ORDER_STATUS_PAID } = OrderStatus
const { ORDER_STATUS_REFUNDED, ORDER_STATUS_SHIPPED } = OrderStatus
const { PAYMENT_STATUS_PARTIALLY_REFUNDED, PAYMENT_STATUS_REFUNDED } = PaymentStatus

const shippedOne = async () => {
  const one = await sold(test)
  await one.ship()
  return one
}

describe('a refund of a paid order', () => {
  it('in part leaves it paid: money back, told, in words', async () => {
    const { id, ask, read, staff, order: rpc, name, given } = await sold(test)

    const { refund, order } = await ask({ amount: eur(700n) })

    expect(refund).toEqual({
      id: expect.any(String),
      orderId: id,
      amount: eur(700n),
      lines: [],
      reason: 'Scratched',
      status: 'refunded',
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
    })
    expect(order).toMatchObject({
      status: ORDER_STATUS_PAID,
      payment: { status: PAYMENT_STATUS_PARTIALLY_REFUNDED },
      refunded: eur(700n),
    })
    expect(await read()).toEqual(order)
    expect(given()).toEqual([[refund?.id, 700n]])
    expect((await staff.listRefunds({ orderId: id })).items).toEqual([refund])
    await eventually(() => expect(test.told(id)).toEqual(['order.paid.v1', 'order.refunded.v1']))
    const event = test.sidecar.published().find(({ topic, aggregateId }) => {
      return topic === 'order.refunded.v1' && aggregateId === id
    })
    const amount = { amount: '700', currency: 'EUR' }
    expect(event?.payload).toEqual({ orderId: id, refundId: refund?.id, amount })
    const { items } = await rpc.getTimeline(name)
    expect(items.slice(5).map(({ event: what, message, actor }) => [what, message, actor])).toEqual(
      [
        ['refund.asked', 'Refund of 7.00 EUR asked for: Scratched', 'staff'],
        ['payment.refunded', 'Refund of 7.00 EUR confirmed', 'provider'],
      ],
    )
  })

  it('in whole cancels it, for its goods never left', async () => {
    const { id, sku, other, ask } = await sold(test)
    const { order, refund } = await ask()
    expect(order).toMatchObject({
      status: ORDER_STATUS_CANCELLED,
      payment: { status: PAYMENT_STATUS_REFUNDED },
      refunded: eur(2_500n),
    })
    expect(refund?.amount).toEqual(eur(2_500n))
    expect([test.shop.available(sku), test.shop.available(other)]).toEqual([10, 10])
    await eventually(() =>
      expect(test.told(id)).toEqual(['order.paid.v1', 'order.cancelled.v1', 'order.refunded.v1']),
    )
  })

  it('in parts that make the whole cancels it with the last one', async () => {
    const { ask, sku, other } = await sold(test)
    await ask({ lines: [{ sku, quantity: 1 }], restock: true })
    expect(test.shop.available(sku)).toBe(9)
    const { order } = await ask({ amount: eur(1_500n) })
    expect(order).toMatchObject({ status: ORDER_STATUS_CANCELLED, refunded: eur(2_500n) })
    expect([test.shop.available(sku), test.shop.available(other)]).toEqual([10, 10])
  })

  it('gives the rest when the shopper cancels after a part', async () => {
    const { id, ask, order: rpc, name, given } = await sold(test)
    const { refund } = await ask({ amount: eur(700n) })
    const { order } = await rpc.cancelOrder(name)
    expect(order).toMatchObject({ status: ORDER_STATUS_CANCELLED, refunded: eur(2_500n) })
    expect(given()).toEqual([
      [refund?.id, 700n],
      [id, 1_800n],
    ])
  })
})

describe('a refund of shipped goods', () => {
  it('by line gives the price as sold, and the goods back on the shelf when asked', async () => {
    const { sku, other, ask } = await shippedOne()
    const kept = await ask({ lines: [{ sku, quantity: 1 }] })
    expect(kept.refund).toMatchObject({ amount: eur(1_000n), lines: [{ sku, quantity: 1 }] })
    expect(test.shop.available(sku)).toBe(8)
    const { order } = await ask({ lines: [{ sku: other, quantity: 1 }], restock: true })
    expect(order).toMatchObject({ status: ORDER_STATUS_SHIPPED, refunded: eur(1_500n) })
    expect(test.shop.available(other)).toBe(10)
  })

  it('of all that is left ends the order', async () => {
    const { id, sku, ask, staff } = await shippedOne()
    await ask({ lines: [{ sku, quantity: 1 }] })
    await staff.deliverOrder({ id })
    const { order, refund } = await ask({ restock: true })
    expect(order).toMatchObject({
      status: ORDER_STATUS_REFUNDED,
      payment: { status: PAYMENT_STATUS_REFUNDED },
    })
    expect(refund?.lines.map(({ quantity }) => quantity)).toEqual([1, 1])
    expect(test.shop.available(sku)).toBe(9)
    await eventually(() =>
      expect(test.sidecar.published().at(-1)?.payload).toMatchObject({ orderId: id, whole: true }),
    )
    expect(await refusalOf(ask())).toEqual({
      kind: 'precondition',
      code: 'illegal_move',
      params: { from: 'REFUNDED', to: 'REFUNDED' },
    })
  })
})

describe('refused are', () => {
  it.each([
    ['more than was paid', { amount: eur(2_501n) }, 'refund_exceeds_paid'],
    ['another currency', { amount: { amount: 1n, currency: 'USD' } }, 'refund_currency'],
    ['nothing', { amount: eur(0n) }, 'validation_failed'],
    ['less than nothing', { amount: eur(-1n) }, 'validation_failed'],
    ['no reason', { reason: ' ' }, 'validation_failed'],
    ['a sku that was not bought', { lines: [{ sku: 'NO', quantity: 1 }] }, 'refund_exceeds_line'],
    ['no units', { lines: [{ sku: 'NO', quantity: 0 }] }, 'validation_failed'],
  ])('%s, and nothing changes', async (_what, wish, code) => {
    const { ask, read, given } = await sold(test)
    expect(await refusalOf(ask(wish))).toMatchObject({ code })
    expect(await read()).toMatchObject({ status: ORDER_STATUS_PAID, refunded: undefined })
    expect(given()).toEqual([])
  })

  it('more units than are left of a line, saying how many', async () => {
    const { ask, sku } = await sold(test)
    await ask({ lines: [{ sku, quantity: 1 }] })
    const two = [
      { sku, quantity: 1 },
      { sku, quantity: 1 },
    ]
    expect(await refusalOf(ask({ lines: two }))).toEqual({
      kind: 'precondition',
      code: 'refund_exceeds_line',
      params: { sku, refundable: '1' },
    })
  })

  it('more than is left, saying how much', async () => {
    const { ask } = await sold(test)
    await ask({ amount: eur(2_000n) })
    expect(await refusalOf(ask({ amount: eur(501n) }))).toEqual({
      kind: 'precondition',
      code: 'refund_exceeds_paid',
      params: { refundable: '500', currency: 'EUR' },
    })
  })

  it('S35 orders that were never paid, and unknown ones', async () => {
    const { order: rpc, wish } = aMember(test)
    const { order } = await rpc.placeOrder({ ...wish, paymentToken: 'tok_declined' })
    const { ask } = await sold(test)
    expect(await refusalOf(ask({ id: order?.id ?? '' }))).toMatchObject({ code: 'illegal_move' })
    expect(await refusalOf(ask({ id: systemIds.next() }))).toMatchObject({
      kind: 'not_found',
      code: 'order_not_found',
    })
  })

  it('those without the right', async () => {
    const { order: rpc, id } = await sold(test)
    const wish = { id, amount: undefined, lines: [], reason: 'x', restock: false }
    expect(await refusalOf(rpc.refundOrder(wish))).toMatchObject({ kind: 'forbidden' })
    expect(await refusalOf(rpc.listRefunds({ orderId: id }))).toMatchObject({ kind: 'forbidden' })
  })
})

it('S64 gives no more than was paid, however many ask at once', async () => {
  const { ask, read, given } = await sold(test)
  const answers = await Promise.allSettled(
    Array.from({ length: 8 }, () => ask({ amount: eur(1_000n) })),
  )
  const codes = answers.flatMap((answer) =>
    answer.status === 'rejected' ? [(answer.reason as { code: string }).code] : [],
  )
  const back = given().reduce((sum, [, amount]) => sum + amount, 0n)
  expect(back).toBeLessThanOrEqual(2_000n)
  expect(back).toBe(BigInt(8 - codes.length) * 1_000n)
  expect(['refund_in_progress', 'refund_exceeds_paid']).toEqual(expect.arrayContaining(codes))
  expect((await read())?.refunded).toEqual(eur(back))
})
