import type { Acting, Clock } from '@micromart/kernel'
import { OrderNotFound } from '../model/errors.ts'
import type { Order } from '../model/order.ts'
import type { Orders } from '../model/ports.ts'
import { delivered } from '../model/shipping.ts'
import { audited } from '../model/staff-audit.ts'

/** SHIPPED -> DELIVERED, by staff. @throws OrderNotFound, IllegalMove */
export const deliverOrder = ({
  orders,
  clock,
}: {
  readonly orders: Orders
  readonly clock: Clock
}) => {
  const deliver = async (id: string, by: Acting): Promise<Order> => {
    const order = await orders.byId(id)
    if (!order) throw new OrderNotFound()
    const change = audited(delivered(order, clock.now()), 'order.deliver', by)
    return (await orders.save(change)) ?? deliver(id, by) // somebody was faster: decide anew
  }
  return deliver
}
