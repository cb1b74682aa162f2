import { describe, expect, it } from '@jest/globals'
import { money } from '@micromart/kernel'
import * as change from './change.ts'
import { after, limits } from './limits.ts'
import { type Order, totalsOf } from './order.ts'
import type { OrderStatus } from './status.ts'

const at = new Date('2026-01-01T12:00:00.000Z')
const later = after(at, 1_000)

const anOrder = (status: OrderStatus): Order => ({
  id: '01900000-0000-7000-8000-000000000001',
  number: 'M-0000-0001',
  status,
  version: 3,
  userId: undefined,
  email: 'a@example.org',
  shipTo: { name: 'A', line1: 'B', city: 'C', postalCode: 'D', country: 'DE' },
  lines: [{ sku: 'MUG', quantity: 2, title: 'Mug', unitPrice: money(5n, 'EUR') }],
  totals: totalsOf([{ sku: 'MUG', quantity: 2, title: 'Mug', unitPrice: money(5n, 'EUR') }], 'EUR'),
  payment: { status: 'none', method: 'card', nextAction: undefined },
  refunded: money(0n, 'EUR'),
  openRefund: undefined,
  shipment: { carrier: undefined, trackingCode: undefined },
  cart: { id: 'c', version: 'v', key: 'guest:x' },
  stockClaimed: false,
  holdUntil: undefined,
  dueAt: after(at, limits.pending),
  tries: 4,
  createdAt: at,
  updatedAt: at,
})

const told = ({ entries }: change.Change) =>
  entries.map(({ event, status, message }) => [event, status, message])

it('prices an order without giving PENDING more time', () => {
  const { to, ...rest } = change.priced(
    anOrder('PENDING'),
    { lines: [{ sku: 'MUG', quantity: 2, title: 'Mug', unitPrice: money(1999n, 'EUR') }] },
    later,
  )
  expect(to).toMatchObject({ status: 'PENDING', dueAt: after(at, limits.pending) })
  expect(to.totals.total).toEqual(money(3998n, 'EUR'))
  expect(rest.facts).toBeUndefined()
})

it('refuses a hold that lacks a line', () => {
  const hold = { lines: [] }
  expect(() => change.priced(anOrder('PENDING'), hold, later)).toThrow('hold_incomplete')
})

it('tells of the hold once, with the step after it', () => {
  const { to: held } = change.priced(anOrder('PENDING'), { lines: anOrder('PENDING').lines }, later)
  const [first] = change.paid(held, after(later, 500)).entries
  expect(first).toMatchObject({ event: 'stock.held', status: 'PENDING', at: later })
  const waiting = change.awaitingPayment(held, { outcome: 'unknown' }, later)
  expect(told(waiting).map(([event]) => event)).toEqual(['stock.held', 'payment.unknown'])
  expect(told(change.paid(waiting.to, later)).map(([event]) => event)).not.toContain('stock.held')
})

it('tells a payment in words and money', () => {
  expect(told(change.paid(anOrder('PENDING'), later))).toEqual([
    ['payment.charged', 'PENDING', 'Payment of 0.10 EUR confirmed'],
    ['order.paid', 'PAID', 'Order paid'],
  ])
})

describe('the key of a failed order', () => {
  it.each([
    ['PENDING', 'declined', 'freeze'],
    ['PENDING', 'expired', 'free'],
    ['PENDING', 'unavailable', 'free'],
    ['PENDING', 'price_changed', 'free'],
    ['PAYMENT_PENDING', 'declined', 'freeze'],
    ['PAYMENT_PENDING', 'cancelled', 'freeze'],
  ] as const)('from %s, %s: %s', (from, why, effect) => {
    expect(change.failed(anOrder(from), why, later).key?.effect).toBe(effect)
  })
})

it('says why a card was declined', () => {
  const failed = change.failed(anOrder('PENDING'), 'declined', later, 'insufficient_funds')
  expect(told(failed)[0]).toEqual([
    'payment.declined',
    'PENDING',
    'Payment declined: insufficient funds',
  ])
})

it('names what is short', () => {
  const rejected = change.rejected(anOrder('PENDING'), [{ sku: 'MUG', available: 1 }], later)
  expect(told(rejected)[0]?.[2]).toBe('Not enough in stock: MUG (1 left)')
  expect(rejected.facts).toEqual([{ fact: 'rejected', skus: ['MUG'] }])
})

it('ends its own work when the goods are claimed', () => {
  const { to } = change.claimed(anOrder('PAID'), later)
  expect(to).toMatchObject({ stockClaimed: true, dueAt: undefined, updatedAt: at })
})

it('gives a resumed attempt its time, but PENDING no more than it may last', () => {
  const order = anOrder('PENDING')
  expect(change.resumed(order, after(at, 1_000)).to.dueAt).toEqual(after(at, 16_000))
  expect(change.resumed(order, after(at, 12_500)).to.dueAt).toEqual(after(at, 19_000))
})
