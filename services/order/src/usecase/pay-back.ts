import type { Clock } from '@micromart/kernel'
import { refunded } from '../model/change.ts'
import type { Order } from '../model/order.ts'
import type { Orders, Payments, Stock } from '../model/ports.ts'

/** Returns the money of an order that has ended, and a cancelled order's goods. Repeatable. */
export type PayBack = (order: Order) => Promise<Order>

type Deps = {
  readonly stock: Stock
  readonly payments: Payments
  readonly orders: Orders
  readonly clock: Clock
}

export const payBack =
  ({ stock, payments, orders, clock }: Deps): PayBack =>
  async (order) => {
    const [done] = await Promise.all([
      payments.refund(order.id, order.totals.total),
      order.status === 'CANCELLED' ? stock.giveBack(order.id) : undefined,
    ])
    if (!done) return order // the sweeper asks again
    return (await orders.save(refunded(order, clock.now()))) ?? order
  }
