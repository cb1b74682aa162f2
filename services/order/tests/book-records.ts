import type { BookRecord, BookTime, OrderBook } from '../src/model/book-record.ts'
import { after } from '../src/model/limits.ts'
import type { OrderStatus } from '../src/model/status.ts'

export const now = new Date('2026-03-01T12:00:00.000Z')
export const minute = 60_000
export const ago = (ms: number): Date => after(now, -ms)
export const time: BookTime = { now, cut: ago(minute / 2), eventsSince: ago(23 * 60 * minute) }
export const at = ago(5 * minute)

const orderId = '01900000-0000-7000-8000-000000000001'
const userId = '01900000-0000-7000-8000-0000000000aa'
export const mugs = { sku: 'MUG', quantity: 2n, unitPrice: 500n }

export const entries = (
  ...list: readonly (readonly [OrderStatus, string])[]
): OrderBook['timeline'] => list.map(([status, event]) => ({ at, status, event }))

export const sent = (...facts: readonly string[]) => facts.map((fact) => ({ fact, sentAt: at }))

export const paidEntries = entries(
  ['PENDING', 'order.placed'],
  ['PENDING', 'stock.held'],
  ['PENDING', 'payment.charged'],
  ['PAID', 'order.paid'],
  ['PAID', 'stock.claimed'],
)

const paidOrder: OrderBook = {
  status: 'PAID',
  paymentStatus: 'paid',
  currency: 'EUR',
  subtotal: 1000n,
  shipping: 0n,
  tax: 0n,
  discount: 0n,
  total: 1000n,
  refunded: 0n,
  userId,
  cart: { id: 'cart', key: `member:${userId}` },
  stockClaimed: true,
  dueAt: undefined,
  createdAt: at,
  updatedAt: at,
  lines: [mugs],
  timeline: paidEntries,
  refunds: [],
  events: sent('paid'),
  answered: 'PAID',
}

export const paid: BookRecord = {
  id: orderId,
  order: paidOrder,
  hold: { orderId, state: 'claimed', lines: [mugs], returned: [], expiresAt: at, updatedAt: at },
  payment: {
    orderId,
    status: 'captured',
    currency: 'EUR',
    captured: 1000n,
    refunded: 0n,
    imbalance: 0n,
    refundsOpen: 0n,
    updatedAt: at,
  },
  provider: {
    orderId,
    currency: 'EUR',
    captured: 1000n,
    refunded: 0n,
    captures: 1,
    updatedAt: at,
  },
  providerKnown: true,
  leftInCart: false,
}

type Changes = { readonly [P in 'order' | 'hold' | 'payment' | 'provider']?: object }

/** A record with some fields of its parts changed. */
export const but = (
  record: BookRecord,
  changes: Changes,
  rest: Partial<BookRecord> = {},
): BookRecord => {
  const parts = Object.entries(changes).map(([part, change]) => [
    part,
    { ...record[part as keyof Changes], ...change },
  ])
  return { ...record, ...(Object.fromEntries(parts) as object), ...rest }
}

export const refund = { id: orderId, amount: 1000n, status: 'refunded', updatedAt: at } as const

export const cancelled = but(paid, {
  order: {
    status: 'CANCELLED',
    paymentStatus: 'refunded',
    refunded: 1000n,
    refunds: [refund],
    timeline: [...paidEntries, ...entries(['CANCELLED', 'order.cancelled'])],
    events: sent('paid', 'cancelled', 'refunded'),
  },
  hold: { state: 'returned', returned: [mugs] },
  payment: { refunded: 1000n },
  provider: { refunded: 1000n },
})

export const failed = but(
  paid,
  {
    order: {
      status: 'FAILED',
      paymentStatus: 'declined',
      stockClaimed: false,
      timeline: entries(
        ['PENDING', 'order.placed'],
        ['PENDING', 'stock.held'],
        ['PENDING', 'payment.declined'],
        ['PENDING', 'stock.released'],
        ['FAILED', 'order.failed'],
      ),
      events: sent('failed'),
      answered: 'FAILED',
    },
    hold: { state: 'released' },
    payment: { status: 'declined', captured: 0n },
  },
  { provider: undefined },
)

export const rejected = but(
  failed,
  {
    order: {
      status: 'REJECTED',
      paymentStatus: 'cancelled',
      timeline: entries(['PENDING', 'order.placed'], ['REJECTED', 'order.rejected']),
      events: sent('rejected'),
      answered: 'REJECTED',
    },
  },
  { hold: undefined, payment: undefined },
)

export const waiting = but(failed, {
  order: {
    status: 'PAYMENT_PENDING',
    paymentStatus: 'pending',
    dueAt: after(now, 1000),
    timeline: entries(['PENDING', 'order.placed'], ['PAYMENT_PENDING', 'payment.unknown']),
    events: [],
    answered: undefined,
  },
  hold: { state: 'held', expiresAt: after(now, minute) },
  payment: { status: 'charging' },
})

export const partlyRefunded = but(paid, {
  order: {
    paymentStatus: 'partially_refunded',
    refunded: 500n,
    refunds: [{ ...refund, id: 'r', amount: 500n }],
    events: sent('paid', 'refunded'),
  },
  hold: { returned: [{ sku: 'MUG', quantity: 1n }] },
  payment: { refunded: 500n },
  provider: { refunded: 500n },
})

export const delivered = but(paid, {
  order: {
    status: 'DELIVERED',
    timeline: [
      ...paidEntries,
      ...entries(['SHIPPED', 'order.shipped'], ['DELIVERED', 'order.delivered']),
    ],
    events: sent('paid', 'shipped', 'delivered'),
  },
})

export const returned = but(delivered, {
  order: {
    status: 'REFUNDED',
    paymentStatus: 'refunded',
    refunded: 1000n,
    refunds: [refund],
    timeline: [...(delivered.order?.timeline ?? []), ...entries(['REFUNDED', 'order.refunded'])],
    events: sent('paid', 'shipped', 'delivered', 'refunded'),
  },
  payment: { refunded: 1000n },
  provider: { refunded: 1000n },
})

export const refused = but(cancelled, {
  order: {
    paymentStatus: 'refund_refused',
    refunded: 0n,
    refunds: [{ ...refund, status: 'refused' }],
    events: sent('paid', 'cancelled'),
  },
  payment: { refunded: 0n },
  provider: { refunded: 0n },
})

/** Money came for a failed order: payment has booked it and gives it back, the order has heard of it. */
export const lateEntries = [
  ['PENDING', 'order.placed'],
  ['PENDING', 'stock.held'],
  ['PENDING', 'payment.declined'],
  ['PENDING', 'stock.released'],
  ['FAILED', 'order.failed'],
  ['FAILED', 'payment.late'],
] as const

export const late = but(
  failed,
  {
    order: { timeline: entries(...lateEntries) },
    payment: { captured: 1000n, refundsOpen: 1000n },
  },
  { provider: paid.provider },
)

/** Given back at the provider's desk before it was shipped. */
export const atDesk = but(cancelled, {
  order: {
    refunds: [
      { ...refund, id: 'desk' },
      { ...refund, amount: 0n },
    ],
  },
})

export const guests = but(paid, {
  order: { userId: undefined, cart: { id: 'cart', key: 'guest:ab' } },
})

export const orphanMoney = { ...paid, order: undefined, hold: undefined }
