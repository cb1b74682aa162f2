import { describe, expect, it } from '@jest/globals'
import {
  ago,
  at,
  atDesk,
  but,
  cancelled,
  delivered,
  entries,
  failed,
  guests,
  late,
  lateEntries,
  minute,
  mugs,
  now,
  orphanMoney,
  paid,
  paidEntries,
  partlyRefunded,
  refund,
  refused,
  rejected,
  returned,
  sent,
  time,
  waiting,
} from '../../tests/book-records.ts'
import { type BookRecord, changedAt } from './book-record.ts'
import type { BookId } from './book-rule.ts'
import { judgeRecord } from './book-rules.ts'
import { after } from './limits.ts'

const broken = (record: BookRecord): readonly BookId[] =>
  judgeRecord(record, time).wrong.map(({ id }) => id)

describe('a record in which all stores agree breaks nothing', () => {
  it.each([
    ['paid', paid],
    ['paid by a guest', guests],
    ['cancelled', cancelled],
    ['declined', failed],
    ['rejected', rejected],
    ['waiting for its payment', waiting],
    ['refunded in part', partlyRefunded],
    ['delivered', delivered],
    ['refunded after delivery', returned],
    ['cancelled, and the provider refuses to pay back', refused],
    ['cancelled at the provider’s desk, its goods taken back by a refund of nothing', atDesk],
    ['failed, and payment gives back what came too late', late],
    ['a tombstone', { ...failed, order: undefined, payment: undefined }],
    ['a provider without a ledger', but(paid, {}, { provider: undefined, providerKnown: false })],
    [
      'old events pruned',
      but(paid, {
        order: {
          events: [],
          timeline: paidEntries.map((one) => ({ ...one, at: ago(25 * 60 * minute) })),
        },
      }),
    ],
  ])('%s', (_name, record) => {
    expect(judgeRecord(record, time).wrong).toEqual([])
  })
})

const twice = [...paidEntries, ...entries(['PAID', 'stock.claimed'])]
const tooOld = ago(26 * 60 * minute)

const cases: readonly (readonly [BookId, string, BookRecord])[] = [
  ['I2', 'sold without a hold', but(paid, {}, { hold: undefined })],
  ['I2', 'sold, and its hold released', but(delivered, { hold: { state: 'released' } })],
  [
    'I2',
    'claimed in words only',
    but(paid, { hold: { state: 'held', expiresAt: after(now, minute) } }),
  ],
  ['I2', 'less stock taken than sold', but(paid, { hold: { lines: [{ ...mugs, quantity: 1n }] } })],
  ['I2', 'another sku taken than sold', but(paid, { hold: { lines: [{ ...mugs, sku: 'CUP' }] } })],
  [
    'I2',
    'more came back than was sold',
    but(paid, { hold: { returned: [{ ...mugs, quantity: 3n }] } }),
  ],
  ['I4', 'captured twice', but(paid, { provider: { captures: 2, captured: 2000n } })],
  ['I4', 'two captures that make up one', but(paid, { provider: { captures: 2 } })],
  ['I4', 'a capture that the provider does not have', but(paid, {}, { provider: undefined })],
  [
    'I4',
    'a total that was not captured',
    but(paid, { payment: { captured: 900n }, provider: { captured: 900n } }),
  ],
  [
    'I4',
    'a refund that nobody asked for',
    but(paid, { payment: { refunded: 1n }, provider: { refunded: 1n } }),
  ],
  ['I4', 'a refund that only the provider knows', but(paid, { provider: { refunded: 1n } })],
  ['I4', 'a ledger out of balance', but(paid, { payment: { imbalance: 1n } })],
  ['I4', 'another currency at the provider', but(paid, { provider: { currency: 'USD' } })],
  [
    'I4',
    'another currency at the payment',
    but(paid, { payment: { currency: 'USD' }, provider: { currency: 'USD' } }),
  ],
  [
    'I4',
    'money kept for a cancelled order',
    but(cancelled, {
      order: { refunds: [], refunded: 0n, events: cancelled.order?.events.slice(0, 2) },
      payment: { refunded: 0n },
      provider: { refunded: 0n },
    }),
  ],
  [
    'I4',
    'money that came too late, of which payment gives back a part',
    but(late, { payment: { refundsOpen: 999n } }),
  ],
  [
    'I4',
    'late money given back that the order never heard of',
    but(late, { payment: { refunded: 1000n, refundsOpen: 0n }, provider: { refunded: 1000n } }),
  ],
  ['I4', 'a desk refund taken over twice', but(atDesk, { order: { refunded: 2000n } })],
  [
    'I4',
    'a desk refund that only the order knows',
    but(atDesk, { payment: { refunded: 0n }, provider: { refunded: 0n } }),
  ],
  [
    'I10',
    'late money that arrived twice',
    but(late, {
      order: { timeline: entries(...lateEntries, ['FAILED', 'payment.late']) },
    }),
  ],
  [
    'I4',
    'money kept for a failed order',
    but(failed, { payment: { captured: 1000n }, provider: paid.provider ?? {} }),
  ],
  [
    'I4',
    'refunded in words only',
    but(partlyRefunded, { payment: { refunded: 0n }, provider: { refunded: 0n } }),
  ],
  ['I4', 'its refunds are not what it says', but(partlyRefunded, { order: { refunded: 400n } })],
  ['I5', 'no lines', but(rejected, { order: { lines: [], subtotal: 0n, total: 0n } })],
  ['I5', 'its client was told PAID', but(failed, { order: { answered: 'PAID' } })],
  ['I5', 'another’s cart', but(paid, { order: { userId: undefined } })],
  ['I6', 'money without an order', orphanMoney],
  ['I6', 'money at the provider alone', { ...orphanMoney, payment: undefined }],
  [
    'I6',
    'money of an order that waits',
    but(waiting, { payment: { captured: 1000n }, provider: paid.provider ?? {} }),
  ],
  [
    'I7',
    'a failed order keeps its hold',
    but(failed, { hold: { state: 'held', expiresAt: after(now, minute) } }),
  ],
  [
    'I7',
    'a cancelled order keeps its goods',
    but(cancelled, { hold: { state: 'claimed', returned: [] } }),
  ],
  ['I7', 'a hold without an order', but(waiting, {}, { order: undefined, payment: undefined })],
  ['I7', 'sold before it is paid', but(waiting, { hold: { state: 'claimed' } })],
  [
    'I9',
    'PENDING',
    but(waiting, { order: { status: 'PENDING', timeline: entries(['PENDING', 'order.placed']) } }),
  ],
  ['I9', 'PAYMENT_PENDING for a day', but(waiting, { order: { createdAt: tooOld } })],
  ['I9', 'waiting, and nobody will look', but(waiting, { order: { dueAt: undefined } })],
  ['I9', 'due for long', but(waiting, { order: { dueAt: ago(2 * minute) } })],
  ['I9', 'never claimed', but(paid, { order: { stockClaimed: false, dueAt: now } })],
  ['I9', 'a hold that has expired', but(waiting, { hold: { expiresAt: ago(2 * minute) } })],
  ['I10', 'never told', but(paid, { order: { events: [] } })],
  ['I10', 'told twice', but(paid, { order: { events: sent('paid', 'paid') } })],
  ['I10', 'told what never was', but(failed, { order: { events: sent('failed', 'paid') } })],
  ['I10', 'a refund that was never told', but(partlyRefunded, { order: { events: sent('paid') } })],
  [
    'I10',
    'a refund told twice',
    but(partlyRefunded, {
      order: { events: sent('paid', 'refunded', 'refunded') },
    }),
  ],
  ['I10', 'an effect that happened twice', but(paid, { order: { timeline: twice } })],
  ['I11', 'the cart still holds it', but(paid, {}, { leftInCart: true })],
  [
    'I12',
    'a line’s price changed later',
    but(paid, { order: { lines: [{ ...mugs, unitPrice: 499n }] } }),
  ],
  ['I12', 'charges that are not in the total', but(paid, { order: { shipping: 5n } })],
  [
    'I13',
    'an illegal move',
    but(paid, {
      order: {
        timeline: entries(
          ['PENDING', 'order.placed'],
          ['FAILED', 'order.failed'],
          ['PAID', 'order.paid'],
        ),
        events: sent('failed', 'paid'),
      },
    }),
  ],
  [
    'I13',
    'out of an end',
    but(failed, {
      order: {
        timeline: [
          ...(failed.order?.timeline ?? []),
          ...entries(['PAYMENT_PENDING', 'payment.unknown'], ['FAILED', 'payment.late']),
        ],
      },
    }),
  ],
  [
    'I13',
    'a status that its history does not say',
    but(paid, { order: { timeline: paidEntries.slice(0, 3), events: [] } }),
  ],
  [
    'I13',
    'a history without its beginning',
    but(paid, { order: { timeline: paidEntries.slice(1) } }),
  ],
]

describe('a broken record is flagged by its own invariant and no other', () => {
  it.each(cases)('%s: %s', (id, _name, record) => {
    expect(broken(record)).toEqual([id])
  })
})

it('says who is wrong and by how much', () => {
  const { wrong } = judgeRecord(but(paid, { provider: { captures: 2, captured: 2000n } }), time)
  expect(wrong).toEqual([
    {
      id: 'I4',
      message: 'the provider captured 2 times; payment captured 1000, the provider 2000',
    },
  ])
})

it('takes a total changed by hand for what it is: neither its lines nor what was captured', () => {
  expect(broken(but(paid, { order: { total: 1001n } }))).toEqual(['I4', 'I12'])
})

describe('work under way is not a break', () => {
  it.each([
    [
      'a refund on its way',
      but(cancelled, {
        order: {
          paymentStatus: 'refund_pending',
          dueAt: now,
          refunds: [{ ...refund, status: 'pending' }],
          events: cancelled.order?.events.slice(0, 2),
        },
        payment: { refunded: 0n, refundsOpen: 1000n },
        provider: { refunded: 0n },
        hold: { state: 'claimed', returned: [] },
      }),
    ],
    [
      'a refund that the provider has made and payment has not heard of',
      but(cancelled, {
        order: {
          paymentStatus: 'refund_pending',
          dueAt: now,
          refunds: [{ ...refund, status: 'pending' }],
          events: cancelled.order?.events.slice(0, 2),
        },
        payment: { refunded: 0n, refundsOpen: 1000n },
      }),
    ],
    [
      'an event that has not been sent',
      but(paid, { order: { events: [{ fact: 'paid', sentAt: undefined }] } }, { leftInCart: true }),
    ],
  ])('%s', (_name, record) => {
    expect(broken(record)).toEqual([])
  })

  it('is known by the newest change in any store', () => {
    expect(changedAt(paid)).toBe(at.getTime())
    expect(changedAt(but(paid, { hold: { updatedAt: now } }))).toBe(now.getTime())
    expect(changedAt(but(paid, { provider: { updatedAt: now } }))).toBe(now.getTime())
    expect(
      changedAt(but(partlyRefunded, { order: { refunds: [{ ...refund, updatedAt: now }] } })),
    ).toBe(now.getTime())
  })
})
