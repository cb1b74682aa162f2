import { describe, expect, it } from '@jest/globals'
import { money, systemIds } from '@micromart/kernel'
import * as fc from 'fast-check'
import type { ChargeAnswer } from './charge-answer.ts'
import { balancesOf, postingsOfMove } from './ledger.ts'
import type { Account } from './account.ts'
import { hear, type News } from './notice.ts'
import { cancelled, hasEnded, newPayment, type Payment, settledBy, startCharge } from './payment.ts'
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
  const balances = balancesOf(postings.flatMap(({ entries }) => entries))
  return { payment, refunds, balances, toldRefunded: 0n }
}

const told = (payment: Payment, answer: ChargeAnswer): Payment =>
  hear(accountOf(payment), { kind: 'charge', answer }, telling)?.moved ?? payment

const captured = settledBy(charging, { status: 'captured', chargeId: 'c1' }, now)

const refund = (id: string, amount: number, status: Refund['status'] = 'pending'): Refund => ({
  id,
  paymentId: 'p1',
  amount: money(amount, 'EUR'),
  status,
  origin: 'order',
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

describe('a notice of money for a payment that had ended', () => {
  const declined = settledBy(charging, { status: 'declined', code: 'card_declined' }, now)
  const late = (payment: Payment, amount?: number, currency = 'EUR', refunds: Refund[] = []) =>
    hear(
      accountOf(payment, refunds),
      {
        kind: 'charge',
        answer: { status: 'captured', chargeId: 'c9' },
        ...(amount !== undefined && { amount: money(amount, currency) }),
      },
      telling,
    )

  it('leaves its end, enters what was taken, and owes it back', () => {
    const change = late(declined, 999)
    expect(change?.late).toEqual({ ...declined, chargeId: 'c9', version: declined.version + 1 })
    expect(change?.moved).toBeUndefined()
    expect(change?.foreign).toMatchObject({ status: 'pending', origin: 'late' })
    expect(change?.foreign?.amount).toEqual(money(999, 'EUR'))
    const entries = (change?.postings ?? []).flatMap((posting) => posting.entries)
    expect(balancesOf(entries)).toMatchObject({ captured: 999n, imbalance: 0n })
    expect(late(declined)?.foreign?.amount).toEqual(money(1000, 'EUR')) // as much as was asked for
  })

  it('is news once, whatever other event tells it', () => {
    const owed: Refund = { ...refund('r1', 1000), origin: 'late' }
    expect(late(declined, 1000, 'EUR', [owed])).toBeUndefined()
  })

  it('cannot be booked in another currency, nor for what nobody ever charged', () => {
    expect(late(declined, 1000, 'USD')).toEqual({ unbooked: true })
    expect(late(cancelled(open, now), 1000)).toEqual({ unbooked: true })
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
    expect(total(300, [refund('r1', 300)])).toEqual({ toldRefunded: 300n })
    expect(total(0)).toBeUndefined()
    expect(total(1001)).toEqual({ unbooked: true })
  })

  it('asks for one again that came before its capture, and cannot book another currency', () => {
    const total = (currency: string) =>
      hear(accountOf(charging), { kind: 'refunded_in_all', total: money(5, currency) }, telling)
    expect(() => total('EUR')).toThrow('dependency_unavailable')
    expect(total('USD')).toEqual({ unbooked: true })
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
