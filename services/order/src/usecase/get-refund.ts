import { OrderNotFound } from '../model/errors.ts'
import type { Orders } from '../model/ports.ts'
import type { Refunded } from './refund-order.ts'

/** One refund with its order, for staff. @throws OrderNotFound */
export const getRefund =
  ({ orders }: { readonly orders: Orders }) =>
  async (orderId: string, refundId: string): Promise<Refunded> => {
    const [order, refunds] = await Promise.all([orders.byId(orderId), orders.refunds(orderId)])
    const refund = refunds.find(({ id }) => id === refundId)
    if (!order || !refund) throw new OrderNotFound()
    return { refund, order }
  }
