import { money } from '@micromart/kernel'
import type { BookRecord, OrderBook } from '../src/model/book-record.ts'
import type { Change } from '../src/model/change.ts'
import { after } from '../src/model/limits.ts'
import { type Order, totalsOf } from '../src/model/order.ts'
import type { ForeignRefund, Refund } from '../src/model/refund.ts'

export const begin = new Date('2026-03-01T12:00:00.000Z')
export const orderId = '01900000-0000-7000-8000-000000000001'
export const line = { sku: 'MUG', quantity: 3, title: 'Mug', unitPrice: money(500n, 'EUR') }
const units = [{ sku: 'MUG', quantity: 3n }]
export const total = 1500n

/** What every store would say of one order, kept in memory while it lives. */
export type Life = {
  order: Order
  at: Date
  entries: OrderBook['timeline'][number][]
  facts: string[]
  refunds: Map<string, Refund>
  hold: 'held' | 'claimed' | 'released' | 'returned' | undefined
  returned: bigint
  payment: { status: string; captured: bigint; refunded: bigint; open: bigint } | undefined
  providerRefunded: bigint
  /** What payment gives back by itself, once it has booked a capture that came too late. */
  late: ForeignRefund | undefined
  lateIs: 'open' | 'paid' | 'ended' | undefined
  answered: OrderBook['answered']
}

const unpriced = { ...line, title: '', unitPrice: money(0n, 'EUR') }

const newOrder = (): Order => ({
  id: orderId,
  number: 'M-0000-0001',
  status: 'PENDING',
  version: 1,
  userId: undefined,
  email: 'a@example.org',
  shipTo: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'DE' },
  lines: [unpriced],
  totals: totalsOf([unpriced], 'EUR'),
  payment: { status: 'none', method: 'card', nextAction: undefined },
  refunded: money(0n, 'EUR'),
  openRefund: undefined,
  shipment: { carrier: undefined, trackingCode: undefined },
  cart: { id: 'c', version: 'v', key: 'guest:x' },
  stockClaimed: false,
  holdUntil: undefined,
  dueAt: after(begin, 15_000),
  tries: 0,
  createdAt: begin,
  updatedAt: begin,
})

export const aLife = (): Life => ({
  order: newOrder(),
  at: begin,
  entries: [{ at: begin, status: 'PENDING', event: 'order.placed' }],
  facts: [],
  refunds: new Map(),
  hold: undefined,
  returned: 0n,
  payment: { status: 'open', captured: 0n, refunded: 0n, open: 0n },
  providerRefunded: 0n,
  late: undefined,
  lateIs: undefined,
  answered: undefined,
})

export const save = (life: Life, made: Change): void => {
  life.order = made.to
  life.entries.push(...made.entries)
  for (const { fact } of made.facts ?? []) life.facts.push(fact)
  for (const refund of [made.refunds?.ended, made.refunds?.heard, made.refunds?.opened]) {
    if (refund) life.refunds.set(refund.id, refund)
  }
  if (made.key?.effect !== 'freeze') return
  const { frozen } = made.key
  life.answered = frozen.answer === 'order' ? frozen.status : 'REJECTED'
}

/** The stores' rows after a life so far, told a moment later. */
export const recordOf = (life: Life): BookRecord => {
  const { order, payment, at } = life
  const { subtotal, shipping, tax, discount, total: sum } = order.totals
  const captured = payment?.captured ?? 0n
  return {
    id: orderId,
    order: {
      status: order.status,
      paymentStatus: order.payment.status,
      currency: 'EUR',
      subtotal: subtotal.amount,
      shipping: shipping.amount,
      tax: tax.amount,
      discount: discount.amount,
      total: sum.amount,
      refunded: order.refunded.amount,
      userId: order.userId,
      cart: order.cart,
      stockClaimed: order.stockClaimed,
      dueAt: order.dueAt,
      createdAt: order.createdAt,
      updatedAt: order.updatedAt,
      lines: order.lines.map(({ sku, quantity, unitPrice }) => ({
        sku,
        quantity: BigInt(quantity),
        unitPrice: unitPrice.amount,
      })),
      timeline: life.entries,
      refunds: [...life.refunds.values()].map((one) => ({ ...one, amount: one.amount.amount })),
      events: life.facts.map((fact) => ({ fact, sentAt: at })),
      answered: life.answered,
    },
    hold: life.hold && {
      orderId,
      state: life.hold,
      lines: units,
      returned: life.returned === 0n ? [] : [{ sku: 'MUG', quantity: life.returned }],
      expiresAt: after(at, 900_000),
      updatedAt: at,
    },
    payment: payment && {
      orderId,
      status: payment.status,
      currency: 'EUR',
      captured,
      refunded: payment.refunded,
      imbalance: 0n,
      refundsOpen: payment.open + (life.lateIs === 'open' ? total : 0n),
      updatedAt: at,
    },
    provider:
      captured === 0n
        ? undefined
        : {
            orderId,
            currency: 'EUR',
            captured,
            refunded: life.providerRefunded,
            captures: 1,
            updatedAt: at,
          },
    providerKnown: true,
    leftInCart: false,
  }
}
