import type { Acting, Clock } from '@micromart/kernel'
import { OrderNotFound } from '../model/errors.ts'
import type { Order, Shipment } from '../model/order.ts'
import type { Orders } from '../model/ports.ts'
import { shipped } from '../model/shipping.ts'
import { audited } from '../model/staff-audit.ts'

/** PAID -> SHIPPED, by staff. @throws OrderNotFound, IllegalMove, StockNotClaimed */
export const shipOrder = ({
  orders,
  clock,
}: {
  readonly orders: Orders
  readonly clock: Clock
}) => {
  const ship = async (id: string, shipment: Shipment, by: Acting): Promise<Order> => {
    const order = await orders.byId(id)
    if (!order) throw new OrderNotFound()
    const change = audited(shipped(order, shipment, clock.now()), 'order.ship', by)
    return (await orders.save(change)) ?? ship(id, shipment, by) // somebody was faster: decide anew
  }
  return ship
}
