import { bigintColumn, idColumn, jsonColumn, tableOf, timeColumn } from '@micromart/store'
import { EntitySchema, type EntitySchemaColumnOptions } from 'typeorm'
import type { Frozen, Principal } from '../model/idempotency.ts'
import type { Address } from '../model/order.ts'
import type { OrderStatus, PaymentStatus } from '../model/status.ts'
import type { Actor, TimelineEvent } from '../model/timeline.ts'
import { refundEntities } from './refund-rows.ts'

const amount = { type: 'bigint', transformer: bigintColumn } as const
const word = (length: number) => ({ type: 'varchar', length, charset: 'ascii' }) as const
const optionalTime = { ...timeColumn, nullable: true } as const satisfies EntitySchemaColumnOptions

export type StoredAction = { type: string; url: string; expiresAt: string }

export type OrderRow = {
  id: string
  number: string
  status: OrderStatus
  version: number
  userId: string | null
  email: string
  shipTo: Address
  paymentStatus: PaymentStatus
  paymentMethod: string
  /** JSON; its time is RFC 3339. */
  nextAction: StoredAction | null
  currency: string
  subtotal: bigint
  shipping: bigint
  tax: bigint
  discount: bigint
  total: bigint
  refunded: bigint
  openRefund: string | null
  carrier: string | null
  trackingCode: string | null
  cartId: string
  cartVersion: string
  cartKey: string
  stockClaimed: number
  holdUntil: Date | null
  dueAt: Date | null
  tries: number
  createdAt: Date
  updatedAt: Date
}

const orderRows = new EntitySchema<OrderRow>({
  name: 'orders',
  columns: {
    id: { ...idColumn, primary: true },
    number: word(11),
    status: word(16),
    version: { type: 'int' },
    userId: { ...idColumn, name: 'user_id', nullable: true },
    email: { type: 'varchar', length: 254 },
    shipTo: { type: 'longtext', name: 'ship_to', transformer: jsonColumn },
    paymentStatus: { ...word(24), name: 'payment_status' },
    paymentMethod: { ...word(16), name: 'payment_method' },
    nextAction: { type: 'text', name: 'next_action', nullable: true, transformer: jsonColumn },
    currency: { ...word(3), type: 'char' },
    subtotal: amount,
    shipping: amount,
    tax: amount,
    discount: amount,
    total: amount,
    refunded: amount,
    openRefund: { ...idColumn, name: 'open_refund', nullable: true },
    carrier: { type: 'varchar', length: 100, nullable: true },
    trackingCode: { type: 'varchar', length: 100, name: 'tracking_code', nullable: true },
    cartId: { ...idColumn, name: 'cart_id' },
    cartVersion: { ...idColumn, name: 'cart_version' },
    cartKey: { ...word(80), name: 'cart_key' },
    stockClaimed: { type: 'tinyint', name: 'stock_claimed' },
    holdUntil: { ...optionalTime, name: 'hold_until' },
    dueAt: { ...optionalTime, name: 'due_at' },
    tries: { type: 'int' },
    createdAt: { ...timeColumn, name: 'created_at' },
    updatedAt: { ...timeColumn, name: 'updated_at' },
  },
})

export type LineRow = {
  orderId: string
  line: number
  sku: string
  title: string
  quantity: number
  unitPrice: bigint
}

const lineRows = new EntitySchema<LineRow>({
  name: 'order_lines',
  columns: {
    orderId: { ...idColumn, name: 'order_id', primary: true },
    line: { type: 'smallint', primary: true },
    sku: { type: 'varchar', length: 255 },
    title: { type: 'varchar', length: 512 },
    quantity: { type: 'int' },
    unitPrice: { ...amount, name: 'unit_price' },
  },
})

export type TimelineRow = {
  id: bigint
  orderId: string
  at: Date
  status: OrderStatus
  event: TimelineEvent
  message: string
  actor: Actor
}

const timelineRows = new EntitySchema<TimelineRow>({
  name: 'order_timeline',
  columns: {
    id: { ...amount, primary: true, generated: 'increment' },
    orderId: { ...idColumn, name: 'order_id' },
    at: timeColumn,
    status: word(16),
    event: word(32),
    message: { type: 'varchar', length: 1000 },
    actor: word(16),
  },
})

export type IdempotencyRow = {
  principal: Principal
  idemKey: string
  orderId: string
  fingerprint: string
  traceId: string | null
  lockedUntil: Date | null
  frozen: Frozen | null
  createdAt: Date
}

const idempotencyRows = new EntitySchema<IdempotencyRow>({
  name: 'order_keys',
  columns: {
    principal: { ...word(80), primary: true },
    idemKey: { ...word(255), name: 'idem_key', primary: true },
    orderId: { ...idColumn, name: 'order_id' },
    fingerprint: word(64),
    traceId: { ...word(32), name: 'trace_id', nullable: true },
    lockedUntil: { ...optionalTime, name: 'locked_until' },
    frozen: { type: 'text', nullable: true, transformer: jsonColumn },
    createdAt: { ...timeColumn, name: 'created_at' },
  },
})

export type CartCheckoutRow = { cartId: string; version: string; orderId: string }

const cartCheckoutRows = new EntitySchema<CartCheckoutRow>({
  name: 'cart_checkout',
  columns: {
    cartId: { ...idColumn, name: 'cart_id', primary: true },
    version: { ...idColumn, primary: true },
    orderId: { ...idColumn, name: 'order_id' },
  },
})

export const entities = [
  ...refundEntities,
  orderRows,
  lineRows,
  timelineRows,
  idempotencyRows,
  cartCheckoutRows,
] as const

export const ordersTable = tableOf(orderRows)
export const linesTable = tableOf(lineRows)
export const timelineTable = tableOf(timelineRows)
export const keysTable = tableOf(idempotencyRows)
export const cartCheckoutTable = tableOf(cartCheckoutRows)
