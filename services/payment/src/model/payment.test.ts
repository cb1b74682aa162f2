import { describe, expect, it } from '@jest/globals'
import { money } from '@micromart/kernel'
import {
  cancelled,
  captureNothing,
  newPayment,
  type Payment,
  providerKey,
  refundedMoney,
  requireAmount,
  settledBy,
  startCharge,
} from './payment.ts'
import type { ChargeAnswer } from './charge-answer.ts'

const now = new Date('2026-01-01T00:00:00Z')
const price = money(1999, 'EUR')
const open = newPayment({ id: 'p1', orderId: 'o1', provider: 'simulated' }, now)
const charging = startCharge(open, price, now)
const captured = settledBy(charging, { status: 'captured', chargeId: 'c1' }, now)
const declined = settledBy(charging, { status: 'declined', code: 'card_declined' }, now)

describe('a payment', () => {
  it('freezes its amount when the charge starts', () => {
    expect(charging).toEqual({ ...open, status: 'charging', version: 2, amount: price })
    expect(() => requireAmount(charging, price)).not.toThrow()
    expect(() => requireAmount(charging, money(2000, 'EUR'))).toThrow('amount_mismatch')
    expect(() => requireAmount(charging, money(1999, 'USD'))).toThrow('amount_mismatch')
  })

  it('moves by the answer of the provider, and stays while it is unknown', () => {
    expect(captured).toEqual({ ...charging, status: 'captured', version: 3, chargeId: 'c1' })
    expect(declined).toMatchObject({ status: 'declined', declineCode: 'card_declined' })
    expect(settledBy(charging, { status: 'cancelled' }, now).status).toBe('cancelled')
    expect(settledBy(charging, { status: 'unknown' }, now)).toBe(charging)
    expect(settledBy(charging, { status: 'never_made' }, now)).toBe(charging)
  })

  it.each<[string, Payment]>([
    ['captured', captured],
    ['declined', declined],
    ['cancelled', cancelled(open, now)],
  ])('never leaves %s', (_, ended) => {
    const answers: ChargeAnswer[] = [
      { status: 'captured', chargeId: 'c2' },
      { status: 'declined', code: 'x' },
      { status: 'cancelled' },
    ]
    for (const answer of answers) {
      expect(() => settledBy(ended, answer, now)).toThrow('illegal_move')
    }
    expect(() => startCharge(ended, price, now)).toThrow('illegal_move')
  })

  it('waits where the provider says so, and hears the same again without a move', () => {
    const nextAction = { url: 'https://bank.example', expiresAt: now }
    const asked: ChargeAnswer = { status: 'requires_action', chargeId: 'c1', nextAction }
    const waiting = settledBy(charging, asked, now)
    expect(waiting).toMatchObject({ status: 'requires_action', chargeId: 'c1', nextAction })
    expect(settledBy(waiting, asked, now)).toBe(waiting)
    const pending = settledBy(waiting, { status: 'pending', chargeId: 'c1' }, now)
    expect(pending).toMatchObject({ status: 'pending', nextAction: undefined, chargeId: 'c1' })
    const failed = settledBy(pending, { status: 'declined', code: 'x' }, now)
    expect(failed).toMatchObject({ status: 'declined', chargeId: 'c1', declineCode: 'x' })
    expect(() => settledBy(pending, asked, now)).toThrow('illegal_move')
  })

  it('is captured in one move when there is nothing to pay', () => {
    const free = captureNothing(open, money(0, 'EUR'), now)
    expect(free).toMatchObject({ status: 'captured', version: 2, chargeId: undefined })
  })

  it('has one key for the provider, from its row', () => {
    expect(providerKey(charging)).toBe('payment-p1')
    expect(providerKey(open)).toBe(providerKey(captured))
  })

  it('knows refunds only in the currency of its charge', () => {
    expect(refundedMoney(open)).toBeUndefined()
    expect(refundedMoney({ ...captured, refunded: 5n })).toEqual(money(5, 'EUR'))
  })
})
