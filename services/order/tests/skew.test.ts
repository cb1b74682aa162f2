import { describe, expect, it } from '@jest/globals'
import { OrderStatus } from '@micromart/contracts/order'
import { aMember, startForTest, type TestShop } from './start.ts'

const minute = 60_000

/** An order service whose clock is off; everybody else's is right. */
const startOff = async (ms: number) => {
  const test = await startForTest()
  test.clock.advance(ms)
  return test
}

const place = async (test: TestShop, paymentToken: string) => {
  const { order, wish, sku } = aMember(test)
  const { order: placed } = await order.placeOrder({ ...wish, paymentToken })
  return { sku, id: placed?.id ?? '', status: placed?.status, rpc: order }
}

describe.each([5 * minute, -5 * minute])('S71 with a clock that is %i ms off', (off) => {
  it('an order is placed and paid, and the sweeper finds nothing to undo', async () => {
    await using test = await startOff(off)
    const { id, status, rpc, sku } = await place(test, 'tok_visa')
    expect(status).toBe(OrderStatus.ORDER_STATUS_PAID)
    await test.later(minute)
    const { order } = await rpc.getOrder({ id, orderToken: undefined })
    expect(order?.status).toBe(OrderStatus.ORDER_STATUS_PAID)
    expect(test.shop.available(sku)).toBe(8)
    expect(test.calledFor(id)).not.toContain('product.ReleaseStock')
  })

  it('goods of a payment that waits are held on before their fifteen minutes are over', async () => {
    await using test = await startOff(off)
    const { id } = await place(test, 'tok_pending')
    await test.later(9 * minute)
    expect(test.calledFor(id)).not.toContain('product.ExtendHold')
    await test.later(minute + 1_000)
    expect(test.calledFor(id)).toContain('product.ExtendHold')
  })
})
