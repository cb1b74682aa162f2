import {
  type ExportOrdersResponse,
  type Order as OrderMessage,
  type OrderPayment as PaymentMessage,
  OrderStatus as StatusMessage,
  PaymentStatus as PaymentStatusMessage,
  type Refund as RefundMessage,
  type TimelineEntry as TimelineMessage,
} from '@micromart/contracts/order'
import { lineTotal, type Order, type OrderPayment } from '../model/order.ts'
import type { Refund } from '../model/refund.ts'
import type { OrderStatus, PaymentStatus } from '../model/status.ts'
import type { ToldEntry } from '../model/timeline.ts'
import type { WholeOrder } from '../usecase/index.ts'

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
  requires_action: PaymentStatusMessage.PAYMENT_STATUS_REQUIRES_ACTION,
  cancelled: PaymentStatusMessage.PAYMENT_STATUS_CANCELLED,
  partially_refunded: PaymentStatusMessage.PAYMENT_STATUS_PARTIALLY_REFUNDED,
  refunded: PaymentStatusMessage.PAYMENT_STATUS_REFUNDED,
  refund_refused: PaymentStatusMessage.PAYMENT_STATUS_REFUND_REFUSED,
}

type Paged = { readonly limit: number; readonly cursor?: string | undefined }

/** The gateway asks for 1..100; another caller gets what is nearest. */
export const pageOf = ({ limit, cursor }: Paged) => ({
  limit: Math.min(Math.max(limit, 1), 100),
  cursor,
})

/** @returns undefined for UNSPECIFIED: no filter */
export const statusOf = (message: StatusMessage): OrderStatus | undefined => {
  const found = Object.entries(statuses).find(([, value]) => value === message)
  return found?.[0] as OrderStatus | undefined
}

const paymentMessage = ({ status, method, nextAction }: OrderPayment): PaymentMessage => ({
  status: paymentStatuses[status],
  method,
  nextAction: status === 'requires_action' ? nextAction : undefined,
})

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
  payment: paymentMessage(order.payment),
  createdAt: order.createdAt,
  updatedAt: order.updatedAt,
  orderToken,
  refunded: order.refunded.amount > 0n ? order.refunded : undefined,
  carrier: order.shipment.carrier,
  trackingCode: order.shipment.trackingCode,
})

export const refundMessage = ({ lines, ...refund }: Refund): RefundMessage => ({
  ...refund,
  lines: [...lines],
})

export const wholeOrderMessage = (whole: WholeOrder): ExportOrdersResponse => ({
  order: orderMessage(whole.order),
  timeline: whole.timeline.map(timelineMessage),
  refunds: whole.refunds.map(refundMessage),
  payment: whole.payment,
})

export const timelineMessage = ({ status, ...entry }: ToldEntry): TimelineMessage => ({
  ...entry,
  status: statuses[status],
})
