import { describe, expect, it } from '@jest/globals'
import { money, systemIds } from '@micromart/kernel'
import * as fc from 'fast-check'
import type { ChargeAnswer } from './charge-answer.ts'
import { balancesOf, postingsOfMove } from './ledger.ts'
import { type Account, hear, type News } from './notice.ts'
import { hasEnded, newPayment, type Payment, settledBy, startCharge } from './payment.ts'
import type { Refund } from './refund.ts'

const now = new Date('2026-01-01T00:00:00Z')
const telling = { now, ids: systemIds }
const open = newPayment({ id: 'p1', orderId: 'o1', provider: 'simulated' }, now)
const charging = startCharge(open, money(1000, 'EUR'), now)
const nextAction = { url: 'https://bank.example/3ds', expiresAt: now }

const answers: readonly ChargeAnswer[] = [
  { status: 'captured', chargeId: 'c1' },
  { status: 'pending', chargeId: 'c1' },
  { status: 'requires_action', chargeId: 'c1', nextAction },
  { status: 'declined', code: 'card_declined' },
  { status: 'cancelled' },
  { status: 'unknown' },
  { status: 'never_made' },
]

const accountOf = (payment: Payment, refunds: readonly Refund[] = []): Account => {
  const postings = postingsOfMove('charging', payment)
  return { payment, refunds, balances: balancesOf(postings.flatMap(({ entries }) => entries)) }
}

const told = (payment: Payment, answer: ChargeAnswer): Payment =>
  hear(accountOf(payment), { kind: 'charge', answer }, telling)?.moved ?? payment

const captured = settledBy(charging, { status: 'captured', chargeId: 'c1' }, now)

const refund = (id: string, amount: number, status: Refund['status'] = 'pending'): Refund => ({
  id,
  paymentId: 'p1',
  amount: money(amount, 'EUR'),
  status,
})

describe('a notice of a charge', () => {
  it('never throws, never leaves an end and never goes back, in any order and however often', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...answers), { maxLength: 20 }), (order) => {
        let payment = charging
        for (const answer of order) {
          const after = told(payment, answer)
          if (hasEnded(payment)) expect(after).toBe(payment)
          expect(after === payment || after.version === payment.version + 1).toBe(true)
          expect(told(after, answer)).toBe(after)
          payment = after
        }
      }),
    )
  })

  it('says nothing of a payment that was never charged', () => {
    for (const answer of answers) expect(told(open, answer)).toBe(open)
  })
})

describe('a notice of refunds', () => {
  it('ends the refund that it names, once', () => {
    const news: News = { kind: 'refund', id: 'r1', outcome: 'refunded' }
    const change = hear(accountOf(captured, [refund('r1', 300)]), news, telling)
    expect(change).toMatchObject({
      ended: [{ id: 'r1', status: 'refunded' }],
      postings: [{ name: 'refund:r1' }],
    })
    expect(
      hear(accountOf(captured, [refund('r1', 300, 'refunded')]), news, telling),
    ).toBeUndefined()
    expect(hear(accountOf(captured), news, telling)).toBeUndefined()
  })

  it('takes what no refund of ours explains for one of the desk', () => {
    const total = (amount: number, refunds: readonly Refund[] = []) =>
      hear(
        accountOf(captured, refunds),
        { kind: 'refunded_in_all', total: money(amount, 'EUR') },
        telling,
      )
    expect(total(400)?.foreign?.amount).toEqual(money(400, 'EUR'))
    expect(total(400, [refund('r1', 300)])?.foreign?.amount).toEqual(money(100, 'EUR'))
    expect(total(300, [refund('r1', 300)])).toBeUndefined()
    expect(total(0)).toBeUndefined()
    expect(() => total(1001)).toThrow('refund_exceeds_capture')
  })

  it('enters a dispute with its end, whichever is heard of first', () => {
    const amount = money(1000, 'EUR')
    const names = (news: News) =>
      hear(accountOf(captured), news, telling)?.postings?.map(({ name }) => name)
    expect(names({ kind: 'disputed', id: 'd1', amount })).toEqual(['dispute:d1'])
    const reinstated = names({ kind: 'reinstated', id: 'd1', amount })
    expect(reinstated).toEqual(['dispute:d1', 'reinstate:d1'])
  })
})
