import { OrderNotFound } from '../model/errors.ts'
import type { Order } from '../model/order.ts'
import type { Orders } from '../model/ports.ts'

/** One order for staff. @throws OrderNotFound */
export const getAnyOrder =
  ({ orders }: { readonly orders: Orders }) =>
  async (id: string): Promise<Order> => {
    const order = await orders.byId(id)
    if (!order) throw new OrderNotFound()
    return order
  }
