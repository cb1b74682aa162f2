import { type Money, money, systemIds } from '@micromart/kernel'
import type { BookRecord, OrderBook } from '../src/model/book-record.ts'
import * as change from '../src/model/change.ts'
import { after } from '../src/model/limits.ts'
import { keptOf, type Order, totalsOf } from '../src/model/order.ts'
import { plannedRefund, type Refund } from '../src/model/refund.ts'
import * as refunds from '../src/model/refund-change.ts'
import { delivered, shipped } from '../src/model/shipping.ts'

const begin = new Date('2026-03-01T12:00:00.000Z')
const id = '01900000-0000-7000-8000-000000000001'
const line = { sku: 'MUG', quantity: 3, title: 'Mug', unitPrice: money(500n, 'EUR') }
const units = [{ sku: 'MUG', quantity: 3n }]
const total = 1500n

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
  answered: OrderBook['answered']
}

const unpriced = { ...line, title: '', unitPrice: money(0n, 'EUR') }

const newOrder = (): Order => ({
  id,
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
  answered: undefined,
})

const save = (life: Life, made: change.Change): void => {
  life.order = made.to
  life.entries.push(...made.entries)
  if (made.fact) life.facts.push(made.fact.fact)
  for (const refund of [made.refunds?.ended, made.refunds?.opened]) {
    if (refund) life.refunds.set(refund.id, refund)
  }
  if (made.key?.effect !== 'freeze') return
  const { frozen } = made.key
  life.answered = frozen.answer === 'order' ? frozen.status : 'REJECTED'
}

const capture = (life: Life): void => {
  life.payment = { status: 'captured', captured: total, refunded: 0n, open: 0n }
}

const fail = (life: Life, why: change.Failure): void => {
  if (life.hold) life.hold = 'released'
  life.payment = { status: 'cancelled', captured: 0n, refunded: 0n, open: 0n }
  save(life, change.failed(life.order, why, life.at))
}

const open = ({ refunds: all, order }: Life): Refund | undefined => all.get(order.openRefund ?? '')

const ask = (life: Life): void => {
  const { amount } = open(life) ?? { amount: money(0n, 'EUR') }
  if (life.payment) life.payment.open = amount.amount
}

const ended = (life: Life, outcome: 'refunded' | 'refused'): void => {
  const refund = open(life)
  if (!refund || !life.payment) return
  life.payment.open = 0n
  if (outcome === 'refunded') {
    life.payment.refunded += refund.amount.amount
    life.providerRefunded = life.payment.refunded
  }
  const all = refund.restock && refund.lines.length === 0
  if (all) life.hold = life.hold === 'claimed' ? 'returned' : 'released'
  const some = refund.restock && outcome === 'refunded' ? refund.lines : []
  life.returned = all ? 3n : life.returned + some.reduce((n, one) => n + BigInt(one.quantity), 0n)
  const earlier = [...life.refunds.values()]
  save(
    life,
    refunds.refundEnded(life.order, { refund, outcome, goods: undefined, earlier }, life.at),
  )
}

const wish = (of: {
  amount?: Money
  lines?: number
}): Parameters<typeof plannedRefund>[2]['wish'] => ({
  amount: of.amount,
  lines: of.lines ? [{ sku: 'MUG', quantity: of.lines }] : [],
  reason: 'x',
  restock: of.lines !== undefined,
})

const askFor = (life: Life, of: { amount?: Money; lines?: number }): void => {
  const { order, at } = life
  const earlier = [...life.refunds.values()]
  const refund = plannedRefund(order, earlier, { id: systemIds.next(), wish: wish(of), at })
  save(life, refunds.refundOpened(order, refund, at))
}

type Step = { readonly when: (life: Life) => boolean; readonly act: (life: Life) => void }

const isStatus =
  (...statuses: readonly string[]) =>
  ({ order }: Life) =>
    statuses.includes(order.status)

const isHeld = (life: Life) => isStatus('PENDING', 'PAYMENT_PENDING')(life) && life.hold === 'held'
const isQuiet = ({ order }: Life) => order.openRefund === undefined && keptOf(order).amount > 0n
const isRefundable = (life: Life) => isQuiet(life) && isStatus('PAID', 'SHIPPED', 'DELIVERED')(life)
const action = { type: 'redirect', url: 'http://127.0.0.1/3ds', expiresAt: begin }

/** What may happen next to an order, by the shop's own rules. */
export const steps: Readonly<Record<string, Step>> = {
  hold: {
    when: (life) => isStatus('PENDING')(life) && !life.hold,
    act: (life) => {
      life.hold = 'held'
      save(life, change.priced(life.order, { lines: [line], until: undefined }, life.at))
    },
  },
  short: {
    when: (life) => isStatus('PENDING')(life) && !life.hold,
    act: (life) => save(life, change.rejected(life.order, [{ sku: 'MUG', available: 1 }], life.at)),
  },
  expire: { when: isStatus('PENDING'), act: (life) => fail(life, 'expired') },
  decline: { when: isHeld, act: (life) => fail(life, 'declined') },
  abandon: { when: isStatus('PAYMENT_PENDING'), act: (life) => fail(life, 'abandoned') },
  wait: {
    when: isHeld,
    act: (life) => save(life, change.awaitingPayment(life.order, { outcome: 'pending' }, life.at)),
  },
  authenticate: {
    when: isHeld,
    act: (life) =>
      save(
        life,
        change.awaitingPayment(life.order, { outcome: 'requires_action', action }, life.at),
      ),
  },
  pay: {
    when: isHeld,
    act: (life) => {
      capture(life)
      save(life, change.paid(life.order, life.at))
    },
  },
  late: {
    when: (life) => isStatus('FAILED')(life) && isQuiet(life) && life.payment?.captured === 0n,
    act: (life) => {
      if (life.order.totals.total.amount === 0n) return
      capture(life)
      save(life, refunds.paidTooLate(life.order, life.at))
    },
  },
  claim: {
    when: (life) => isStatus('PAID')(life) && !life.order.stockClaimed,
    act: (life) => {
      life.hold = 'claimed'
      save(life, change.claimed(life.order, life.at))
    },
  },
  lose: {
    when: (life) => isStatus('PAID')(life) && !life.order.stockClaimed,
    act: (life) => {
      life.hold = 'released'
      save(life, refunds.unclaimable(life.order, life.at))
    },
  },
  cancel: {
    when: isStatus('PAID'),
    act: (life) => save(life, refunds.cancelled(life.order, life.at, 'shopper')),
  },
  refundSome: {
    when: (life) => isRefundable(life) && keptOf(life.order).amount > 100n,
    act: (life) => askFor(life, { amount: money(100n, 'EUR') }),
  },
  refundLine: {
    when: (life) => isRefundable(life) && life.refunds.size === 0 && life.order.stockClaimed,
    act: (life) => askFor(life, { lines: 1 }),
  },
  refundAll: { when: isRefundable, act: (life) => askFor(life, {}) },
  askProvider: { when: (life) => open(life) !== undefined, act: ask },
  providerPays: {
    when: (life) => open(life) !== undefined && life.payment?.open !== 0n,
    act: (life) => {
      life.providerRefunded = (life.payment?.refunded ?? 0n) + (life.payment?.open ?? 0n)
    },
  },
  refunded: { when: (life) => open(life) !== undefined, act: (life) => ended(life, 'refunded') },
  refused: {
    when: (life) => open(life) !== undefined && life.providerRefunded === life.payment?.refunded,
    act: (life) => ended(life, 'refused'),
  },
  ship: {
    when: (life) => isStatus('PAID')(life) && life.order.stockClaimed,
    act: (life) => save(life, shipped(life.order, life.order.shipment, life.at)),
  },
  deliver: {
    when: isStatus('SHIPPED'),
    act: (life) => save(life, delivered(life.order, life.at)),
  },
}

/** The stores' rows after a life so far, told a moment later. */
export const recordOf = (life: Life): BookRecord => {
  const { order, payment, at } = life
  const { subtotal, shipping, tax, discount, total: sum } = order.totals
  const captured = payment?.captured ?? 0n
  return {
    id,
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
      orderId: id,
      state: life.hold,
      lines: units,
      returned: life.returned === 0n ? [] : [{ sku: 'MUG', quantity: life.returned }],
      expiresAt: after(at, 900_000),
      updatedAt: at,
    },
    payment: payment && {
      orderId: id,
      status: payment.status,
      currency: 'EUR',
      captured,
      refunded: payment.refunded,
      imbalance: 0n,
      refundsOpen: payment.open,
      updatedAt: at,
    },
    provider:
      captured === 0n
        ? undefined
        : {
            orderId: id,
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
