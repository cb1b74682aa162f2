import { expect } from '@jest/globals'
import type { RefundOrderRequest } from '@micromart/contracts/order'
import { systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { aMember, type TestShop } from './start.ts'

export const eur = (amount: bigint) => ({ amount, currency: 'EUR' })

/** A paid and claimed order of two skus, 2 x 10.00 and 1 x 5.00 EUR, its shopper, and staff. */
export const sold = async (test: TestShop) => {
  const member = aMember(test, { price: 1_000n })
  const other = test.shop.offer(500n)
  test.shop.fill(member.id, [
    { sku: member.sku, quantity: 2 },
    { sku: other, quantity: 1 },
  ])
  const { order } = await member.order.placeOrder(member.wish)
  const id = order?.id ?? ''
  const name = { id, orderToken: undefined }
  await eventually(async () => {
    const { items } = await member.order.getTimeline(name)
    expect(items.at(-1)?.event).toBe('stock.claimed')
  })
  const staff = test.as(systemIds.next(), ['admin'])
  const wish = { id, amount: undefined, lines: [], reason: 'Scratched', restock: false }
  return {
    ...member,
    userId: member.id,
    other,
    id,
    name,
    staff,
    ship: () => staff.shipOrder({ id, carrier: 'DHL', trackingCode: 'JD-1' }),
    /** Asks for a refund, the whole if not said. */
    ask: (change: Partial<RefundOrderRequest> = {}) => staff.refundOrder({ ...wish, ...change }),
    read: async () => (await staff.getAnyOrder({ id })).order,
    /** Refunds as payment knows them. */
    given: () => [...(test.shop.payment(id)?.refunds ?? [])],
  }
}
