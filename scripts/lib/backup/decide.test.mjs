import { expect, it } from '@jest/globals'
import { decide } from './decide.mjs'

const taken = { captured: 1999, refunded: 0 }
const order = { status: 'PENDING', total: 1999, holdUntil: new Date() }
const payment = { status: 'captured', amount: 1999, captured: 1999, refunded: 0 }

it('pays back what has no order any more, once', () => {
  expect(decide({ sum: taken })).toBe('refund')
  expect(decide({ sum: { captured: 1999, refunded: 1000 } })).toBe('refund')
  expect(decide({ sum: { captured: 1999, refunded: 1999 } })).toBe('nothing')
})

it('makes the payment of an order anew that has its prices, and of no other', () => {
  expect(decide({ sum: taken, order })).toBe('recreate')
  expect(decide({ sum: taken, order, payment: { status: 'open' } })).toBe('recreate')
  expect(decide({ sum: taken, order: { ...order, holdUntil: null } })).toBe('return')
  expect(decide({ sum: taken, order: { ...order, total: 2000 } })).toBe('return')
  expect(decide({ sum: taken, order: { ...order, status: 'FAILED' } })).toBe('return')
})

it('leaves to the shop what it asks the provider for by itself', () => {
  for (const status of ['charging', 'pending', 'requires_action']) {
    expect(decide({ sum: taken, order, payment: { status } })).toBe('ask')
  }
})

it('has the provider tell how a payment ended there, and leaves alone what both know', () => {
  expect(decide({ sum: taken, order, payment })).toBe('known')
  expect(decide({ sum: { captured: 1999, refunded: 500 }, order, payment })).toBe('tell')
  const declined = { status: 'declined', amount: 1999, captured: 0, refunded: 0 }
  expect(decide({ sum: taken, order, payment: declined })).toBe('tell')
})

it('gives back what was taken for a payment that was cancelled before anybody had charged it', () => {
  const cancelled = { status: 'cancelled', amount: null, captured: 0, refunded: 0 }
  expect(decide({ sum: taken, order, payment: cancelled })).toBe('return')
})
