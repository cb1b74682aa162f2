import type { Clock } from '@micromart/kernel'
import { OrderNotFound } from '../model/errors.ts'
import type { Order } from '../model/order.ts'
import type { Orders } from '../model/ports.ts'
import { delivered } from '../model/shipping.ts'

/** SHIPPED -> DELIVERED, by staff. @throws OrderNotFound, IllegalMove */
export const deliverOrder = ({
  orders,
  clock,
}: {
  readonly orders: Orders
  readonly clock: Clock
}) => {
  const deliver = async (id: string): Promise<Order> => {
    const order = await orders.byId(id)
    if (!order) throw new OrderNotFound()
    const saved = await orders.save(delivered(order, clock.now()))
    return saved ?? deliver(id) // somebody was faster: decide anew
  }
  return deliver
}
