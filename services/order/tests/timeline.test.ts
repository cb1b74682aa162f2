import { expect, it } from '@jest/globals'
import { OrderStatus } from '@micromart/contracts/order'
import type { Ports } from '../src/usecase/index.ts'
import { aMember, startForTest } from './start.ts'

it('is in order although the payment comes through between its two reads', async () => {
  const charging = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  const paid = Promise.withResolvers<void>()
  const readingSlowly = ({ orders }: Ports): Partial<Ports> => ({
    orders: {
      ...orders,
      timeline: async (id) => {
        charging.resolve()
        await paid.promise
        return orders.timeline(id)
      },
    },
  })
  await using test = await startForTest(readingSlowly)
  const { order: rpc, wish } = aMember(test)
  test.shop.next('payment.Charge', () => {
    reached.resolve()
    return charging.promise
  })
  const answer = rpc.placeOrder(wish)
  await reached.promise
  const { items: orders } = await rpc.listOrders({ limit: 1, cursor: undefined })
  const reading = rpc.getTimeline({ id: orders[0]?.id ?? '', orderToken: undefined })

  expect((await answer).order?.status).toBe(OrderStatus.ORDER_STATUS_PAID)
  paid.resolve()

  const events = (await reading).items.map(({ event }) => event)
  expect(events.slice(0, 4)).toEqual([
    'order.placed',
    'stock.held',
    'payment.charged',
    'order.paid',
  ])
  expect(events.filter((event) => event === 'stock.held')).toHaveLength(1)
})
