import { expect, it } from '@jest/globals'
import { money } from '@micromart/kernel'
import * as fc from 'fast-check'
import * as change from './change.ts'
import { after } from './limits.ts'
import { keptOf, type Order, totalsOf } from './order.ts'
import {
  type ForeignRefund,
  plannedRefund,
  type Refund,
  type RefundWish,
  takesAllBack,
} from './refund.ts'
import { mayBeTakenOver, takenOver } from './foreign-refund.ts'
import * as refunding from './refund-change.ts'
import { refundEnded } from './refund-end.ts'
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

const sum = (refunds: readonly Refund[]) =>
  refunds.reduce((total, { amount }) => total + amount.amount, 0n)

const action = { type: 'redirect', url: 'https://bank.example', expiresAt: new Date(0) }
const shipment = { carrier: 'DHL', trackingCode: undefined }

const open = ({ order, refunds }: Life): Refund => {
  const refund = refunds.find(({ id }) => id === order.openRefund)
  if (!refund) throw new Error('nothing is on its way')
  return refund
}

/** What the provider has given back, as far as it has said so. */
const givenBack = ({ refunds }: Life): bigint =>
  sum(refunds.filter(({ status }) => status === 'refunded'))

/** The provider never gives back more than it took. */
const requireRoom = (life: Life, amount: bigint): void => {
  if (givenBack(life) + amount > life.order.totals.total.amount) throw new Error('all is back')
}

const ends =
  (outcome: 'refunded' | 'refused'): Step =>
  (life, at) => {
    const refund = open(life)
    if (outcome === 'refunded') requireRoom(life, refund.amount.amount)
    const nextId = `next-${life.refunds.length}`
    const end = { refund, outcome, goods: undefined, earlier: life.refunds, nextId }
    return refundEnded(life.order, end, at)
  }

const hears = (life: Life, at: Date, of: Pick<ForeignRefund, 'amount' | 'origin'>) => {
  const { order, refunds } = life
  const foreign = { ...of, id: `foreign-${refunds.length}`, orderId: order.id, bookedAt: at }
  if (!mayBeTakenOver(order, foreign)) throw new Error('not yet')
  const nextId = `next-${refunds.length}`
  return takenOver(order, foreign, { at, earlier: refunds, nextId })
}

const wasPaid = ({ told }: Life): boolean =>
  told.some(({ event }) => event === 'payment.charged' || event === 'payment.late')

/** Somebody gives a part of what the provider still has back at its own desk, or all of it. */
const atDesk =
  (part: bigint | 'all'): Step =>
  (life, at) => {
    const left = life.order.totals.total.amount - givenBack(life)
    const amount = part === 'all' ? left : part
    if (!wasPaid(life) || amount <= 0n) throw new Error('there is nothing to give back')
    requireRoom(life, amount)
    return hears(life, at, { amount: eur(amount), origin: 'desk' })
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

const late =
  (by: 'order' | 'payment'): Step =>
  (life, at) => {
    const { order, refunds } = life
    if (order.status !== 'FAILED' || refunds.length > 0) throw new Error('the money is known of')
    if (by === 'order') return refunding.paidTooLate(order, at)
    return hears(life, at, { amount: order.totals.total, origin: 'late' })
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
    late('order'),
    late('payment'),
    atDesk('all'),
    ({ order }, at) => refunding.cancelled(order, at, 'shopper'),
    ({ order }, at) => shipped(order, shipment, at),
    ({ order }, at) => delivered(order, at),
    ends('refunded'),
    ends('refused'),
  ),
  wish.map(asked),
  fc.bigInt(1n, 1_800n).map(atDesk),
)

/** The step as the tables would take it; a refused one changes nothing. */
const lived = (life: Life, take: Step, at: Date): Life => {
  let next: change.Change
  try {
    next = take(life, at)
  } catch {
    return life
  }
  const { ended, heard, opened } = next.refunds ?? {}
  const others = life.refunds.map((refund) => (refund.id === ended?.id ? ended : refund))
  const refunds = [...others, ...(heard ? [heard] : []), ...(opened ? [opened] : [])]
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

const walks = (hold: (lives: readonly Life[]) => void, numRuns = 500) =>
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => hold(livesOf(steps))),
    { numRuns },
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
      if (!isEnded || order.openRefund !== undefined) continue
      if (!isRefused) expect(keptOf(order).amount).toBe(0n)
      expect(order.payment.status === 'refunded').toBe(keptOf(order).amount === 0n)
    }
  })
})

it('never keeps an order for the parcel whose money is all back, and takes back what was not sent', () => {
  let heard = 0
  walks((lives) => {
    for (const { order, refunds, told } of lives) {
      const desk = told.some(({ event }) => event === 'payment.refunded_at_provider')
      if (desk) heard += 1
      const isBack = desk && keptOf(order).amount === 0n
      if (isBack) expect(order.status).not.toBe('PAID')
      const isOver = order.status === 'CANCELLED' && order.openRefund === undefined
      if (isOver) expect(refunds.filter(takesAllBack)).not.toEqual([])
    }
  }, 4_000)
  expect(heard).toBeGreaterThan(100) // an idle run proves nothing
})

it('asks for money again only when the desk has made another sum of it', () => {
  walks((lives) => {
    for (const { order, refunds } of lives) {
      const own = refunds.filter(({ id }) => id === order.id || id.startsWith('next-'))
      const desk = refunds.filter(({ reason }) => reason.includes('desk'))
      expect(own.length).toBeLessThanOrEqual(1 + desk.length)
    }
  })
})
