import { type Money, money, systemIds } from '@micromart/kernel'
import * as change from '../src/model/change.ts'
import { mayBeTakenOver, takenOver } from '../src/model/foreign-refund.ts'
import { keptOf } from '../src/model/order.ts'
import { type ForeignRefund, plannedRefund, type Refund } from '../src/model/refund.ts'
import * as refunds from '../src/model/refund-change.ts'
import { refundEnded } from '../src/model/refund-end.ts'
import { delivered, shipped } from '../src/model/shipping.ts'
import { begin, type Life, line, orderId, save, total } from './book-life.ts'

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

/** The refund on its way is payment's own, of money that came too late. */
const isLate = ({ late, order }: Life): boolean =>
  late !== undefined && order.openRefund === late.id

const isPaidLate = (life: Life): boolean => isLate(life) && life.lateIs === 'paid'

const hears = (life: Life, of: ForeignRefund): void => {
  const earlier = [...life.refunds.values()]
  const taking = { at: life.at, earlier, nextId: systemIds.next() }
  save(life, takenOver(life.order, of, taking))
}

const foreign = (life: Life, amount: bigint, origin: ForeignRefund['origin']): ForeignRefund => {
  return {
    id: systemIds.next(),
    orderId,
    amount: money(amount, 'EUR'),
    origin,
    bookedAt: life.at,
  }
}

/** What the provider has not given back yet. */
const keptThere = ({ payment, providerRefunded }: Life): bigint =>
  (payment?.captured ?? 0n) - providerRefunded

/** Given back at the provider's desk, heard by payment, taken over. */
const atDesk = (life: Life, amount: bigint): void => {
  life.providerRefunded += amount
  if (life.payment) life.payment.refunded += amount
  hears(life, foreign(life, amount, 'desk'))
}

const mayBeGiven = (life: Life, amount: bigint): boolean =>
  amount > 0n &&
  keptThere(life) >= amount &&
  mayBeTakenOver(life.order, foreign(life, amount, 'desk'))

const ended = (life: Life, outcome: 'refunded' | 'refused'): void => {
  const refund = open(life)
  if (!refund || !life.payment) return
  const isPaid = isPaidLate(life)
  if (isLate(life)) life.lateIs = 'ended'
  life.payment.open = 0n
  if (outcome === 'refunded' && !isPaid) {
    life.payment.refunded += refund.amount.amount
    life.providerRefunded = life.payment.refunded
  }
  const all = refund.restock && refund.lines.length === 0
  if (all) life.hold = life.hold === 'claimed' ? 'returned' : 'released'
  const some = refund.restock && outcome === 'refunded' ? refund.lines : []
  life.returned = all ? 3n : life.returned + some.reduce((n, one) => n + BigInt(one.quantity), 0n)
  const earlier = [...life.refunds.values()]
  const end = { refund, outcome, goods: undefined, earlier, nextId: systemIds.next() }
  save(life, refundEnded(life.order, end, life.at))
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

/** The provider can still give back what is on its way. */
const isPayable = (life: Life): boolean => {
  const amount = open(life)?.amount.amount
  if (amount === undefined || isPaidThere(life)) return false
  const isReserved = life.lateIs === 'open' && !isLate(life) // payment keeps it for its own
  return !isReserved && !isPaidLate(life) && keptThere(life) >= amount
}

/** The provider has given back what is on its way, and payment does not know yet. */
const isPaidThere = ({ providerRefunded, payment }: Life): boolean =>
  providerRefunded !== payment?.refunded

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
      save(life, change.priced(life.order, { lines: [line] }, life.at))
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
  bookLate: {
    when: (life) => isStatus('FAILED')(life) && isQuiet(life) && life.payment?.captured === 0n,
    act: (life) => {
      life.payment = { status: 'declined', captured: total, refunded: 0n, open: 0n }
      life.late = foreign(life, total, 'late')
      life.lateIs = 'open'
    },
  },
  hearLate: {
    when: ({ late, refunds: known, order }) =>
      late !== undefined && !known.has(late.id) && mayBeTakenOver(order, late),
    act: (life) => life.late && hears(life, life.late),
  },
  payLateBack: {
    when: (life) => isLate(life) && life.lateIs === 'open' && keptThere(life) === total,
    act: (life) => {
      life.payment = { status: 'declined', captured: total, refunded: total, open: 0n }
      life.providerRefunded = total
      life.lateIs = 'paid'
    },
  },
  deskSome: { when: (life) => mayBeGiven(life, 300n), act: (life) => atDesk(life, 300n) },
  deskAll: {
    when: (life) => mayBeGiven(life, keptThere(life)),
    act: (life) => atDesk(life, keptThere(life)),
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
  askProvider: { when: (life) => isPayable(life) && !isLate(life), act: ask },
  providerPays: {
    when: (life) => isPayable(life) && life.payment?.open !== 0n,
    act: (life) => {
      life.providerRefunded = (life.payment?.refunded ?? 0n) + (life.payment?.open ?? 0n)
    },
  },
  refunded: {
    when: (life) => isPayable(life) || isPaidLate(life) || isPaidThere(life),
    act: (life) => ended(life, 'refunded'),
  },
  refused: {
    when: (life) => open(life) !== undefined && !isPaidThere(life) && !isPaidLate(life),
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
