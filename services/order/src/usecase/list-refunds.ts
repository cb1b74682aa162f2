import { OrderNotFound } from '../model/errors.ts'
import type { Orders } from '../model/ports.ts'
import type { Refund } from '../model/refund.ts'

/** All refunds of an order, oldest first, for staff. @throws OrderNotFound */
export const listRefunds =
  ({ orders }: { readonly orders: Orders }) =>
  async (orderId: string): Promise<readonly Refund[]> => {
    if (!(await orders.byId(orderId))) throw new OrderNotFound()
    return orders.refunds(orderId)
  }
