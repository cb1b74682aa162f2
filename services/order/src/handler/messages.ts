import {
  type Order as OrderMessage,
  OrderStatus as StatusMessage,
  PaymentStatus as PaymentStatusMessage,
  type TimelineEntry as TimelineMessage,
} from '@micromart/contracts/order'
import { lineTotal, type Order } from '../model/order.ts'
import type { OrderStatus, PaymentStatus } from '../model/status.ts'
import type { TimelineEntry } from '../model/timeline.ts'

const statuses: Readonly<Record<OrderStatus, StatusMessage>> = {
  PENDING: StatusMessage.ORDER_STATUS_PENDING,
  PAYMENT_PENDING: StatusMessage.ORDER_STATUS_PAYMENT_PENDING,
  PAID: StatusMessage.ORDER_STATUS_PAID,
  REJECTED: StatusMessage.ORDER_STATUS_REJECTED,
  FAILED: StatusMessage.ORDER_STATUS_FAILED,
  SHIPPED: StatusMessage.ORDER_STATUS_SHIPPED,
  DELIVERED: StatusMessage.ORDER_STATUS_DELIVERED,
  CANCELLED: StatusMessage.ORDER_STATUS_CANCELLED,
  REFUNDED: StatusMessage.ORDER_STATUS_REFUNDED,
}

const paymentStatuses: Readonly<Record<PaymentStatus, PaymentStatusMessage>> = {
  none: PaymentStatusMessage.PAYMENT_STATUS_NONE,
  pending: PaymentStatusMessage.PAYMENT_STATUS_PENDING,
  paid: PaymentStatusMessage.PAYMENT_STATUS_PAID,
  declined: PaymentStatusMessage.PAYMENT_STATUS_DECLINED,
  refund_pending: PaymentStatusMessage.PAYMENT_STATUS_REFUND_PENDING,
  refunded: PaymentStatusMessage.PAYMENT_STATUS_REFUNDED,
  cancelled: PaymentStatusMessage.PAYMENT_STATUS_CANCELLED,
}

/** @returns undefined for UNSPECIFIED: no filter */
export const statusOf = (message: StatusMessage): OrderStatus | undefined => {
  const found = Object.entries(statuses).find(([, value]) => value === message)
  return found?.[0] as OrderStatus | undefined
}

/** @param orderToken only in a guest's own answers */
export const orderMessage = (order: Order, orderToken?: string): OrderMessage => ({
  id: order.id,
  number: order.number,
  status: statuses[order.status],
  email: order.email,
  items: order.lines.map((line) => ({
    sku: line.sku,
    title: line.title,
    quantity: line.quantity,
    unitPrice: line.unitPrice,
    lineTotal: lineTotal(line),
  })),
  ...order.totals,
  shippingAddress: order.shipTo,
  payment: { status: paymentStatuses[order.payment.status], method: order.payment.method },
  createdAt: order.createdAt,
  updatedAt: order.updatedAt,
  orderToken,
})

export const timelineMessage = ({ status, ...entry }: TimelineEntry): TimelineMessage => ({
  ...entry,
  status: statuses[status],
})
