import { describe, expect, it } from '@jest/globals'
import { DomainError, money } from '@micromart/kernel'
import * as fc from 'fast-check'
import {
  type Balances,
  balancesOf,
  type Posting,
  postingsOfDispute,
  postingsOfMove,
  postingsOfRefund,
  postingsOfReinstatement,
} from './ledger.ts'
import type { PaymentStatus } from './payment.ts'

const eur = (amount: bigint | number) => money(amount, 'EUR')
const entriesOf = (postings: readonly Posting[]) => postings.flatMap(({ entries }) => entries)
const balances = (postings: readonly Posting[]): Balances => balancesOf(entriesOf(postings))

const amount = fc.bigInt({ min: 0n, max: 10n ** 15n })

const paths: readonly (readonly PaymentStatus[])[] = [
  ['charging', 'captured'],
  ['charging', 'pending', 'captured'],
  ['charging', 'requires_action', 'pending', 'captured'],
  ['charging', 'requires_action', 'captured'],
  ['charging', 'declined'],
  ['charging', 'pending', 'declined'],
  ['charging', 'pending', 'cancelled'],
  ['charging', 'requires_action', 'pending', 'cancelled'],
  ['charging', 'requires_action', 'cancelled'],
  ['cancelled'],
]

/** What a life of a payment enters. */
const life = (path: readonly PaymentStatus[], of: bigint): readonly Posting[] =>
  path.flatMap((status, index) =>
    postingsOfMove(path[index - 1] ?? 'open', { status, amount: eur(of) }),
  )

/** Tries refunds one by one, as the locked account lets them. */
const refunded = (captured: readonly Posting[], wanted: readonly bigint[]) =>
  wanted.reduce<{ postings: readonly Posting[]; refused: bigint[] }>(
    ({ postings, refused }, of, index) => {
      try {
        const refund = { id: `r${index}`, amount: eur(of) }
        return { postings: [...postings, ...postingsOfRefund(balances(postings), refund)], refused }
      } catch (error) {
        if (!(error instanceof DomainError)) throw error
        return { postings, refused: [...refused, of] }
      }
    },
    { postings: captured, refused: [] },
  )

describe('the ledger', () => {
  it('balances every posting of every life, and promises nothing at its end', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), amount, (path, of) => {
        const postings = life(path, of)
        for (const { entries } of postings) expect(balancesOf(entries).imbalance).toBe(0n)
        expect(balances(postings)).toEqual({
          authorised: 0n,
          captured: path.at(-1) === 'captured' ? of : 0n,
          refunded: 0n,
          disputed: 0n,
          imbalance: 0n,
        })
      }),
    )
  })

  it('enters each posting of a life under a name of its own', () => {
    fc.assert(
      fc.property(fc.constantFrom(...paths), amount, (path, of) => {
        const names = life(path, of).map(({ name }) => name)
        return new Set(names).size === names.length
      }),
    )
  })

  it('never gives back more than was captured, whatever is wanted in whatever order', () => {
    fc.assert(
      fc.property(amount, fc.array(amount, { maxLength: 12 }), (taken, wanted) => {
        const { postings, refused } = refunded(life(['charging', 'captured'], taken), wanted)
        const sums = balances(postings)
        expect(sums.refunded <= sums.captured).toBe(true)
        expect(sums.imbalance).toBe(0n)
        const given = wanted.reduce((sum, of) => sum + of, 0n)
        const left = refused.reduce((sum, of) => sum + of, 0n)
        expect(sums.refunded).toBe(given - left)
        for (const of of refused) expect(of > taken - given + left).toBe(true)
      }),
    )
  })

  it('takes a dispute and its end for what they are', () => {
    const taken = life(['charging', 'captured'], 1999n)
    const disputed = [...taken, ...postingsOfDispute('d1', eur(1999))]
    expect(balances(disputed)).toMatchObject({ captured: 1999n, disputed: 1999n, imbalance: 0n })
    const won = [...disputed, ...postingsOfReinstatement('d1', eur(1999))]
    expect(balances(won)).toMatchObject({ captured: 1999n, disputed: 0n, imbalance: 0n })
  })

  it('enters nothing for nothing', () => {
    expect(life(['captured'], 0n)).toEqual([])
    expect(postingsOfRefund(balances([]), { id: 'r', amount: eur(0) })).toEqual([])
  })
})
