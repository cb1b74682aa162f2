import {
  type GetTimelineResponse,
  type NextAction,
  type Order,
  type OrderItem,
  type OrderPayment,
  OrderStatus,
  PaymentStatus,
  type TimelineEntry,
} from '@micromart/contracts/order'
import { DomainError } from '@micromart/kernel'
import { orderStatuses } from '../shapes/order.ts'
import { addressAnswer } from './address.ts'
import { moneyAnswer, present, timeAnswer } from './money.ts'

type StatusName = (typeof orderStatuses)[number]

const statusNames: Readonly<Record<number, StatusName>> = Object.fromEntries(
  orderStatuses.map((name) => [OrderStatus[`ORDER_STATUS_${name}`], name]),
)

/** @throws DomainError internal: a status this gateway does not know yet */
const orderStatusName = (status: OrderStatus): StatusName => {
  const name = statusNames[status]
  if (name === undefined) throw new DomainError('internal', 'order_status_unknown')
  return name
}

export const orderStatusValue = (name: StatusName | undefined): OrderStatus =>
  name ? OrderStatus[`ORDER_STATUS_${name}`] : OrderStatus.ORDER_STATUS_UNSPECIFIED

const paymentNames: Readonly<Record<number, string>> = Object.fromEntries(
  Object.entries(PaymentStatus).map(([name, value]) => [
    value,
    name.replace('PAYMENT_STATUS_', '').toLowerCase(),
  ]),
)

const itemAnswer = (item: OrderItem) => ({
  sku: item.sku,
  title: item.title,
  quantity: item.quantity,
  unitPrice: moneyAnswer(item.unitPrice),
  lineTotal: moneyAnswer(item.lineTotal),
})

const actionAnswer = ({ type, url, expiresAt }: NextAction) => ({
  type,
  url,
  expiresAt: timeAnswer(expiresAt),
})

const paymentAnswer = ({ status, method, nextAction }: OrderPayment) => ({
  status: paymentNames[status] ?? 'none',
  method,
  ...(nextAction && { nextAction: actionAnswer(nextAction) }),
})

/** Members always in this order: a replay must be the same bytes. */
export const orderAnswer = (message: Order | undefined) => {
  const order = present(message)
  const payment = present(order.payment)
  return {
    id: order.id,
    number: order.number,
    status: orderStatusName(order.status),
    email: order.email,
    items: order.items.map(itemAnswer),
    subtotal: moneyAnswer(order.subtotal),
    shipping: moneyAnswer(order.shipping),
    tax: moneyAnswer(order.tax),
    discount: moneyAnswer(order.discount),
    total: moneyAnswer(order.total),
    shippingAddress: addressAnswer(order.shippingAddress),
    payment: paymentAnswer(payment),
    createdAt: timeAnswer(order.createdAt),
    updatedAt: timeAnswer(order.updatedAt),
    ...(order.refunded && { refunded: moneyAnswer(order.refunded) }),
    ...(order.carrier !== undefined && { carrier: order.carrier }),
    ...(order.trackingCode !== undefined && { trackingCode: order.trackingCode }),
    ...(order.orderToken !== undefined && { orderToken: order.orderToken }),
  }
}

/** An entry as the timeline and the stream of events tell it. */
export const entryAnswer = (entry: TimelineEntry) => ({
  at: timeAnswer(entry.at),
  status: orderStatusName(entry.status),
  event: entry.event,
  message: entry.message,
  actor: entry.actor,
})

export const timelineAnswer = ({ items }: GetTimelineResponse) => ({
  items: items.map(entryAnswer),
})
