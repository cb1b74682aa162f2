import { expect, it } from '@jest/globals'
import { money, systemIds } from '@micromart/kernel'
import * as fc from 'fast-check'
import type { Account, Heard } from './account.ts'
import { balancesOf, type Posting, postingsOfMove } from './ledger.ts'
import { newPayment, settledBy, startCharge } from './payment.ts'
import type { Refund } from './refund.ts'
import { hearTotal, refundEnds } from './refund-news.ts'

const now = new Date('2026-01-01T00:00:00Z')
const eur = (amount: bigint) => money(amount, 'EUR')
const taken = 1_000n
const open = newPayment({ id: 'p1', orderId: 'o1', provider: 'simulated' }, now)
const charging = startCharge(open, eur(taken), now)
const payment = settledBy(charging, { status: 'captured', chargeId: 'c1' }, now)

const sumOf = (refunds: readonly Refund[]) =>
  refunds.reduce((sum, { amount }) => sum + amount.amount, 0n)

/** Payment and its provider, who decide about refunds apart from each other. */
const aLife = () => {
  let refunds: Refund[] = []
  let postings: readonly Posting[] = postingsOfMove('charging', payment)
  let toldRefunded = 0n
  let given = 0n
  const decided = new Map<string, 'refunded' | 'refused'>()
  const notices: bigint[] = []

  const account = (): Account => {
    const balances = balancesOf(postings.flatMap(({ entries }) => entries))
    return { payment, refunds, balances, toldRefunded }
  }
  const take = (change: Heard) => {
    const ended = change?.ended ?? []
    const left = refunds.filter(({ id }) => ended.every((one) => one.id !== id))
    refunds = [...left, ...ended, ...(change?.foreign ? [change.foreign] : [])]
    postings = [...postings, ...(change?.postings ?? [])]
    toldRefunded = change?.toldRefunded ?? toldRefunded
  }
  const pays = (amount: bigint): boolean => {
    if (given + amount > taken) return false
    given += amount
    notices.push(given)
    return true
  }
  const pending = () => refunds.filter(({ status }) => status === 'pending')
  const living = () => refunds.filter(({ status }) => status !== 'refused')
  const at = <T>(list: readonly T[], pick: number): T | undefined => list[pick % list.length]

  const steps = {
    reserve: (pick: number) => {
      const amount = BigInt(1 + (pick % 900))
      if (sumOf(living()) + amount > taken) return
      const refund = { id: systemIds.next(), paymentId: 'p1', amount: eur(amount) }
      refunds = [...refunds, { ...refund, status: 'pending', origin: 'order' }]
    },
    decide: (pick: number) => {
      const refund = at(
        pending().filter(({ id }) => !decided.has(id)),
        pick,
      )
      if (refund) decided.set(refund.id, pays(refund.amount.amount) ? 'refunded' : 'refused')
    },
    answer: (pick: number) => {
      const refund = at(
        pending().filter(({ id }) => decided.has(id)),
        pick,
      )
      const outcome = refund && decided.get(refund.id)
      if (outcome) take(refundEnds(account(), { id: refund.id, outcome }, systemIds))
    },
    desk: (pick: number) => void pays(BigInt(1 + (pick % 900))),
    notice: (pick: number) => {
      const total = at(notices, pick)
      if (total !== undefined) take(hearTotal(account(), eur(total), systemIds))
    },
  }
  return {
    steps,
    account,
    given: () => given,
    /** All that is under way ends, all that was told is heard. */
    end: () => {
      while (pending().some(({ id }) => !decided.has(id))) steps.decide(0)
      while (pending().length > 0) steps.answer(0)
      for (const index of notices.keys()) steps.notice(index)
    },
  }
}

const steps = fc.array(
  fc.tuple(
    fc.constantFrom('reserve', 'decide', 'answer', 'desk', 'notice' as const),
    fc.nat(10_000),
  ),
  { maxLength: 30 },
)

it('comes to what the provider has given back, however own refunds, its desk and its notices cross', () => {
  let atDesk = 0
  fc.assert(
    fc.property(steps, (picks) => {
      const life = aLife()
      for (const [step, pick] of picks) {
        life.steps[step](pick)
        const { balances } = life.account()
        expect(balances.imbalance).toBe(0n)
        expect(balances.refunded <= balances.captured).toBe(true)
      }
      life.end()
      const { balances, refunds } = life.account()
      expect(balances.refunded).toBe(life.given())
      expect(sumOf(refunds.filter(({ status }) => status === 'refunded'))).toBe(life.given())
      atDesk += refunds.filter(({ origin }) => origin === 'desk').length
    }),
    { numRuns: 2_000 },
  )
  expect(atDesk).toBeGreaterThan(100) // an idle run proves nothing
})
