import { topics } from '@micromart/contracts'
import {
  OrderCancelled,
  OrderDelivered,
  OrderFailed,
  OrderPaid,
  OrderRefunded,
  OrderRejected,
  OrderShipped,
} from '@micromart/contracts/events'
import type { Fact } from '../model/change.ts'
import type { Order } from '../model/order.ts'

/** A fact as its topic carries it: a message of micromart.events.v1 as JSON. */
export const messageOf = (fact: Fact, order: Order): { topic: string; payload: unknown } => {
  const orderId = order.id
  const lines = order.lines.map(({ sku, quantity }) => ({ sku, quantity }))
  switch (fact.fact) {
    case 'paid':
      return {
        topic: topics.orderPaid,
        payload: OrderPaid.toJSON({
          orderId,
          cartId: order.cart.id,
          cartKey: order.cart.key,
          lines,
          total: order.totals.total,
          paidAt: order.updatedAt,
        }),
      }
    case 'rejected':
      return {
        topic: topics.orderRejected,
        payload: OrderRejected.toJSON({ orderId, skus: fact.skus }),
      }
    case 'failed':
      return {
        topic: topics.orderFailed,
        payload: OrderFailed.toJSON({ orderId, reason: fact.reason }),
      }
    case 'cancelled':
      return { topic: topics.orderCancelled, payload: OrderCancelled.toJSON({ orderId, lines }) }
    case 'shipped': {
      // The code leads to a person, and events outlive an erasure.
      const { carrier = '' } = order.shipment
      const payload = OrderShipped.toJSON({ orderId, carrier, trackingCode: '' })
      return { topic: topics.orderShipped, payload }
    }
    case 'delivered':
      return { topic: topics.orderDelivered, payload: OrderDelivered.toJSON({ orderId }) }
    case 'refunded': {
      const { refundId, amount, whole } = fact
      return {
        topic: topics.orderRefunded,
        payload: OrderRefunded.toJSON({ orderId, refundId, amount, whole }),
      }
    }
  }
}
