import type { Clock } from '@micromart/kernel'
import { OrderNotFound } from '../model/errors.ts'
import type { Order, Shipment } from '../model/order.ts'
import type { Orders } from '../model/ports.ts'
import { shipped } from '../model/shipping.ts'

/** PAID -> SHIPPED, by staff. @throws OrderNotFound, IllegalMove, StockNotClaimed */
export const shipOrder = ({
  orders,
  clock,
}: {
  readonly orders: Orders
  readonly clock: Clock
}) => {
  const ship = async (id: string, shipment: Shipment): Promise<Order> => {
    const order = await orders.byId(id)
    if (!order) throw new OrderNotFound()
    const saved = await orders.save(shipped(order, shipment, clock.now()))
    return saved ?? ship(id, shipment) // somebody was faster: decide anew
  }
  return ship
}
