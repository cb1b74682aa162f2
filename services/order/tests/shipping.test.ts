import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { systemIds } from '@micromart/kernel'
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

const { ORDER_STATUS_CANCELLED, ORDER_STATUS_DELIVERED, ORDER_STATUS_SHIPPED } = OrderStatus

const aPaidOrder = async () => {
  const member = aMember(test)
  const { order } = await member.order.placeOrder(member.wish)
  const id = order?.id ?? ''
  const name = { id, orderToken: undefined }
  await eventually(async () => {
    const { items } = await member.order.getTimeline(name)
    expect(items.at(-1)?.event).toBe('stock.claimed')
  })
  const staff = test.as(systemIds.next(), ['admin'])
  const ship = () => staff.shipOrder({ id, carrier: 'DHL', trackingCode: 'JD-1' })
  return { ...member, id, name, staff, ship }
}

it('ships and delivers: states, carrier, words, events', async () => {
  const { id, name, staff, ship, order: rpc } = await aPaidOrder()

  const { order } = await ship()

  expect(order).toMatchObject({
    status: ORDER_STATUS_SHIPPED,
    carrier: 'DHL',
    trackingCode: 'JD-1',
    payment: { status: PaymentStatus.PAYMENT_STATUS_PAID },
  })
  expect((await rpc.getOrder(name)).order).toEqual(order)
  expect((await staff.deliverOrder({ id })).order?.status).toBe(ORDER_STATUS_DELIVERED)
  const { items } = await rpc.getTimeline(name)
  expect(items.slice(5).map(({ event, message, actor }) => [event, message, actor])).toEqual([
    ['order.shipped', 'Order shipped with DHL, tracking code JD-1', 'staff'],
    ['order.delivered', 'Order delivered', 'staff'],
  ])
  await eventually(() =>
    expect(test.told(id)).toEqual(['order.paid.v1', 'order.shipped.v1', 'order.delivered.v1']),
  )
  const events = test.sidecar.published().filter(({ aggregateId }) => aggregateId === id)
  // The code leads to a person: events outlive an erasure.
  expect(events[1]?.payload).toEqual({ orderId: id, carrier: 'DHL' })
})

it('S35 does not ship what is still on the shelf’s books', async () => {
  const { order: rpc, wish } = aMember(test)
  test.shop.next('product.ClaimStock', away, away)
  const { order } = await rpc.placeOrder(wish)
  const id = order?.id ?? ''
  await eventually(() => expect(test.calledFor(id)).toContain('product.ClaimStock'))
  const staff = test.as(systemIds.next(), ['admin'])
  const ship = () => staff.shipOrder({ id, carrier: undefined, trackingCode: undefined })
  expect(await refusalOf(ship())).toEqual({
    kind: 'conflict', // it passes by itself: a key does not keep it
    code: 'stock_not_claimed',
    params: {},
  })
  await test.later(2_500)
  expect((await ship()).order?.status).toBe(ORDER_STATUS_SHIPPED)
})

describe('the state table decides', () => {
  it('S35 that nothing is delivered before it is shipped, nor twice', async () => {
    const { id, staff, ship } = await aPaidOrder()
    const move = (from: string, to: string) => ({ code: 'illegal_move', params: { from, to } })
    expect(await refusalOf(staff.deliverOrder({ id }))).toMatchObject(move('PAID', 'DELIVERED'))
    await ship()
    expect(await refusalOf(ship())).toMatchObject(move('SHIPPED', 'SHIPPED'))
    await staff.deliverOrder({ id })
    const again = await refusalOf(staff.deliverOrder({ id }))
    expect(again).toMatchObject(move('DELIVERED', 'DELIVERED'))
  })

  it('S35 that a shipped order is not cancelled', async () => {
    const { name, order: rpc, ship } = await aPaidOrder()
    await ship()
    expect(await refusalOf(rpc.cancelOrder(name))).toMatchObject({
      code: 'illegal_move',
      params: { from: 'SHIPPED', to: 'CANCELLED' },
    })
  })

  it('whoever of a cancel, a ship and a whole refund is first, and money agrees', async () => {
    for (let round = 0; round < 10; round += 1) {
      const { id, name, order: rpc, staff, ship } = await aPaidOrder()
      const wish = { id, amount: undefined, lines: [], reason: 'x', restock: false }
      await Promise.allSettled([rpc.cancelOrder(name), ship(), staff.refundOrder(wish)])
      await test.later(3_500)
      const { order } = await staff.getAnyOrder({ id })
      const given = [...(test.shop.payment(id)?.refunds.values() ?? [])]
      const back = given.reduce((sum, amount) => sum + amount, 0n)
      expect(order?.refunded?.amount ?? 0n).toBe(back)
      if (order?.status === ORDER_STATUS_SHIPPED) expect(back).toBe(0n)
      else expect(back).toBe(3_998n)
      if (order?.status === ORDER_STATUS_CANCELLED) expect(test.shop.hold(id)).toBe('returned')
    }
  })
})

it('is for staff with the right, and for orders that there are', async () => {
  const { id, order: rpc } = await aPaidOrder()
  const asked = { id, carrier: undefined, trackingCode: undefined }
  expect(await refusalOf(rpc.shipOrder(asked))).toMatchObject({ kind: 'forbidden' })
  const support = test.as(systemIds.next(), ['support'])
  expect(await refusalOf(support.shipOrder(asked))).toMatchObject({ kind: 'forbidden' })
  const admin = test.as(systemIds.next(), ['admin'])
  expect(await refusalOf(admin.deliverOrder({ id: systemIds.next() }))).toMatchObject({
    code: 'order_not_found',
  })
  const long = { ...asked, carrier: 'x'.repeat(101) }
  expect(await refusalOf(admin.shipOrder(long))).toMatchObject({ code: 'validation_failed' })
})
