import { money } from '@micromart/kernel'
import type { NextAction, Order } from '../model/order.ts'
import type { HeldLine } from '../model/stock.ts'
import type { LineRow, OrderRow, StoredAction } from './rows.ts'

export const orderRowOf = (order: Order): OrderRow => ({
  id: order.id,
  number: order.number,
  userId: order.userId ?? null,
  email: order.email,
  shipTo: order.shipTo,
  paymentMethod: order.payment.method,
  currency: order.totals.total.currency,
  cartId: order.cart.id,
  cartVersion: order.cart.version,
  cartKey: order.cart.key,
  createdAt: order.createdAt,
  ...changing(order),
})

const storedAction = ({ type, url, expiresAt }: NextAction): StoredAction => ({
  type,
  url,
  expiresAt: expiresAt.toISOString(),
})

const actionOf = ({ type, url, expiresAt }: StoredAction): NextAction => ({
  type,
  url,
  expiresAt: new Date(expiresAt),
})

/** The columns that a change of an order may write. */
export const changing = ({ totals, payment, shipment, ...order }: Order) => ({
  status: order.status,
  version: order.version,
  paymentStatus: payment.status,
  nextAction: payment.nextAction ? storedAction(payment.nextAction) : null,
  subtotal: totals.subtotal.amount,
  shipping: totals.shipping.amount,
  tax: totals.tax.amount,
  discount: totals.discount.amount,
  total: totals.total.amount,
  refunded: order.refunded.amount,
  openRefund: order.openRefund ?? null,
  carrier: shipment.carrier ?? null,
  trackingCode: shipment.trackingCode ?? null,
  stockClaimed: Number(order.stockClaimed),
  holdUntil: order.holdUntil ?? null,
  dueAt: order.dueAt ?? null,
  tries: order.tries,
  updatedAt: order.updatedAt,
})

export const lineRowsOf = ({ id, lines }: Order): LineRow[] =>
  lines.map(({ sku, title, quantity, unitPrice }, index) => ({
    orderId: id,
    line: index + 1,
    sku,
    title,
    quantity,
    unitPrice: unitPrice.amount,
  }))

const lineOf =
  (currency: string) =>
  ({ sku, title, quantity, unitPrice }: LineRow): HeldLine => ({
    sku,
    title,
    quantity,
    unitPrice: money(unitPrice, currency),
  })

export const orderOf = (row: OrderRow, lines: readonly LineRow[]): Order => {
  const { currency } = row
  const amount = (of: bigint) => money(of, currency)
  return {
    id: row.id,
    number: row.number,
    status: row.status,
    version: row.version,
    userId: row.userId ?? undefined,
    email: row.email,
    shipTo: row.shipTo,
    lines: lines.map(lineOf(currency)),
    totals: {
      subtotal: amount(row.subtotal),
      shipping: amount(row.shipping),
      tax: amount(row.tax),
      discount: amount(row.discount),
      total: amount(row.total),
    },
    payment: {
      status: row.paymentStatus,
      method: row.paymentMethod,
      nextAction: row.nextAction ? actionOf(row.nextAction) : undefined,
    },
    refunded: amount(row.refunded),
    openRefund: row.openRefund ?? undefined,
    shipment: { carrier: row.carrier ?? undefined, trackingCode: row.trackingCode ?? undefined },
    cart: { id: row.cartId, version: row.cartVersion, key: row.cartKey },
    stockClaimed: row.stockClaimed === 1,
    holdUntil: row.holdUntil ?? undefined,
    dueAt: row.dueAt ?? undefined,
    tries: row.tries,
    createdAt: row.createdAt,
    updatedAt: row.updatedAt,
  }
}
