import { expect, it } from '@jest/globals'
import { money } from '@micromart/kernel'
import * as fc from 'fast-check'
import * as change from './change.ts'
import { after } from './limits.ts'
import { keptOf, type Order, totalsOf } from './order.ts'
import { type Refund, type RefundWish, plannedRefund } from './refund.ts'
import * as refunding from './refund-change.ts'
import { delivered, shipped } from './shipping.ts'
import { isLast, moves } from './status.ts'
import type { TimelineEntry } from './timeline.ts'

const eur = (amount: bigint) => money(amount, 'EUR')
const lines = [
  { sku: 'MUG', quantity: 3, title: 'Mug', unitPrice: eur(500n) },
  { sku: 'TEA', quantity: 1, title: 'Tea', unitPrice: eur(250n) },
]

const anOrder = (at: Date): Order => ({
  id: '01900000-0000-7000-8000-000000000001',
  number: 'M-0000-0001',
  status: 'PENDING',
  version: 1,
  userId: undefined,
  email: 'a@example.org',
  shipTo: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'DE' },
  lines,
  totals: totalsOf(lines, 'EUR'),
  payment: { status: 'none', method: 'card', nextAction: undefined },
  refunded: eur(0n),
  openRefund: undefined,
  shipment: { carrier: undefined, trackingCode: undefined },
  cart: { id: 'c', version: 'v', key: 'guest:x' },
  stockClaimed: false,
  holdUntil: undefined,
  dueAt: after(at, 15_000),
  tries: 0,
  createdAt: at,
  updatedAt: at,
})

/** An order's life so far, as the tables would hold it. */
type Life = {
  readonly order: Order
  readonly refunds: readonly Refund[]
  readonly told: readonly TimelineEntry[]
}
type Step = (life: Life, at: Date) => change.Change

const action = { type: 'redirect', url: 'https://bank.example', expiresAt: new Date(0) }
const shipment = { carrier: 'DHL', trackingCode: undefined }

const open = ({ order, refunds }: Life): Refund => {
  const refund = refunds.find(({ id }) => id === order.openRefund)
  if (!refund) throw new Error('nothing is on its way')
  return refund
}

const ends =
  (outcome: 'refunded' | 'refused'): Step =>
  (life, at) => {
    const refund = open(life)
    const end = { refund, outcome, goods: undefined, earlier: life.refunds }
    return refunding.refundEnded(life.order, end, at)
  }

const asked =
  (wish: Omit<RefundWish, 'reason'>): Step =>
  ({ order, refunds }, at) => {
    const id = `refund-${refunds.length}`
    const planned = plannedRefund(order, refunds, { id, wish: { ...wish, reason: 'x' }, at })
    return refunding.refundOpened(order, planned, at)
  }

/** Only a sale is claimed. */
const claimedOnce: Step = ({ order }, at) => {
  if (order.status !== 'PAID' || order.stockClaimed) throw new Error('there is nothing to claim')
  return change.claimed(order, at)
}

const late: Step = ({ order, refunds }, at) => {
  if (order.status !== 'FAILED' || refunds.length > 0) throw new Error('the money is known of')
  return refunding.paidTooLate(order, at)
}

const wish = fc.oneof(
  fc.constant({ amount: undefined, lines: [], restock: true }),
  fc.bigInt(1n, 1_800n).map((amount) => ({ amount: eur(amount), lines: [], restock: false })),
  fc
    .record({ sku: fc.constantFrom('MUG', 'TEA', 'NO'), quantity: fc.integer({ min: 1, max: 4 }) })
    .map((line) => ({ amount: undefined, lines: [line], restock: true })),
)

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step>(
    ({ order }, at) => change.paid(order, at),
    ({ order }, at) => change.awaitingPayment(order, { outcome: 'unknown' }, at),
    ({ order }, at) => change.awaitingPayment(order, { outcome: 'requires_action', action }, at),
    ({ order }, at) => change.rejected(order, [{ sku: 'MUG', available: 0 }], at),
    ({ order }, at) => change.failed(order, 'declined', at),
    claimedOnce,
    late,
    ({ order }, at) => refunding.cancelled(order, at, 'shopper'),
    ({ order }, at) => shipped(order, shipment, at),
    ({ order }, at) => delivered(order, at),
    ends('refunded'),
    ends('refused'),
  ),
  wish.map(asked),
)

/** The step as the tables would take it; a refused one changes nothing. */
const lived = (life: Life, take: Step, at: Date): Life => {
  let next: change.Change
  try {
    next = take(life, at)
  } catch {
    return life
  }
  const { ended, opened } = next.refunds ?? {}
  const others = life.refunds.map((refund) => (refund.id === ended?.id ? ended : refund))
  const refunds = opened ? [...others, opened] : others
  return { order: next.to, refunds, told: [...life.told, ...next.entries] }
}

const begun = new Date('2026-01-01T12:00:00.000Z')

const livesOf = (steps: readonly Step[]): readonly Life[] => {
  const lives: Life[] = [{ order: anOrder(begun), refunds: [], told: [] }]
  for (const [index, take] of steps.entries()) {
    const before = lives.at(-1)
    if (before) lives.push(lived(before, take, after(begun, 1_000 * (index + 1))))
  }
  return lives
}

const walks = (hold: (lives: readonly Life[]) => void) =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => hold(livesOf(steps))),
    { numRuns: 500 },
  )

it('never leaves a last state, and moves along the table alone', () => {
  walks((lives) => {
    for (const [index, { order }] of lives.entries()) {
      const { status: from } = lives[index - 1]?.order ?? order
      if (from === order.status) continue
      expect(isLast(from)).toBe(false)
      expect(moves[from]).toContain(order.status)
    }
  })
})

it('is told as a path along the table, in the order of time', () => {
  walks((lives) => {
    const told = lives.at(-1)?.told ?? []
    for (const [index, { status, at }] of told.entries()) {
      const before = told[index - 1]
      const from = before?.status ?? 'PENDING'
      if (from !== status) expect(moves[from]).toContain(status)
      if (before) expect(at.getTime()).toBeGreaterThanOrEqual(before.at.getTime())
    }
  })
})

const sum = (refunds: readonly Refund[]) =>
  refunds.reduce((total, { amount }) => total + amount.amount, 0n)

it('gives back what its refunds say, never more than was paid, nor more units than were bought', () => {
  walks((lives) => {
    for (const { order, refunds } of lives) {
      const living = refunds.filter(({ status }) => status !== 'refused')
      expect(order.refunded.amount).toBe(sum(living))
      expect(keptOf(order).amount).toBeGreaterThanOrEqual(0n)
      const pending = living.filter(({ status }) => status === 'pending').map(({ id }) => id)
      expect(pending).toEqual(order.openRefund === undefined ? [] : [order.openRefund])
      for (const { sku, quantity } of lines) {
        const units = living.flatMap((refund) => refund.lines).filter((line) => line.sku === sku)
        const given = units.reduce((total, line) => total + line.quantity, 0)
        expect(given).toBeLessThanOrEqual(quantity)
      }
    }
  })
})

it('always has somebody who looks again while anything is left to do', () => {
  walks((lives) => {
    for (const { order } of lives) {
      const waits = order.status === 'PENDING' || order.status === 'PAYMENT_PENDING'
      const isUnclaimed = order.status === 'PAID' && !order.stockClaimed
      if (waits || isUnclaimed || order.openRefund !== undefined) {
        expect(order.dueAt).toBeDefined()
      } else {
        expect(order.dueAt).toBeUndefined()
      }
    }
  })
})

it('owes nothing once cancelled or refunded and all refunds have come through', () => {
  walks((lives) => {
    for (const { order, refunds } of lives) {
      const isRefused = refunds.some(({ status }) => status === 'refused')
      const isEnded = order.status === 'CANCELLED' || order.status === 'REFUNDED'
      if (isEnded && order.openRefund === undefined && !isRefused) {
        expect(keptOf(order).amount).toBe(0n)
        expect(order.payment.status).toBe('refunded')
      }
    }
  })
})
