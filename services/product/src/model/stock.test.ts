import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import {
  type HoldMove,
  type HoldStatus,
  holdStatuses,
  stepOf,
  summedLines,
  takeEffect,
} from './stock.ts'

const moves: readonly HoldMove[] = ['hold', 'claim', 'release', 'return', 'expire']

describe('summedLines', () => {
  const line = fc.record({
    sku: fc.constantFrom('a', 'b', 'B', 'c'),
    quantity: fc.integer({ min: 1, max: 99 }),
  })

  it('loses no unit, names each sku once, and sorts as every transaction locks', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const summed = summedLines(lines)
        const units = (of: readonly { quantity: number }[]) =>
          of.reduce((sum, { quantity }) => sum + quantity, 0)
        const skus = summed.map(({ sku }) => sku)
        expect(units(summed)).toBe(units(lines))
        expect(new Set(skus).size).toBe(skus.length)
        expect(skus).toEqual(skus.toSorted((left, right) => (left < right ? -1 : 1)))
      }),
    )
  })

  it.each([
    [[]],
    [[{ sku: 'a', quantity: 0 }]],
    [[{ sku: 'a', quantity: 1.5 }]],
    [
      [
        { sku: 'a', quantity: 600_000 },
        { sku: 'a', quantity: 600_000 },
      ],
    ],
  ])('refuses %j', (lines) => {
    expect(() => summedLines(lines)).toThrow(expect.objectContaining({ kind: 'invalid' }))
  })
})

type Shelf = { onHand: number; held: number; restocked: number; sold: number }
type Order = { status: HoldStatus | undefined; readonly quantity: number }

/** What the database does with a move, guard included: nothing when the counters would not bear it. */
const play = (shelf: Shelf, order: Order, move: HoldMove): void => {
  const step =
    order.status === undefined
      ? move === 'hold'
        ? { to: 'held' as const, effect: takeEffect }
        : undefined
      : stepOf(order.status, move)
  if (step === undefined) return
  const onHand = shelf.onHand + step.effect.onHand * order.quantity
  const held = shelf.held + step.effect.held * order.quantity
  if (held < 0 || onHand < held) return
  Object.assign(shelf, { onHand, held })
  shelf.sold -= step.effect.onHand * order.quantity
  order.status = step.to
}

describe('the moves of holds', () => {
  it('keep every unit, whatever is repeated or late', () => {
    const orders = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 6 })
    const steps = fc.array(fc.tuple(fc.nat(5), fc.constantFrom(...moves)), { maxLength: 60 })
    fc.assert(
      fc.property(fc.nat(12), orders, steps, (initial, quantities, played) => {
        const shelf: Shelf = { onHand: initial, held: 0, restocked: 0, sold: 0 }
        const all = quantities.map((quantity): Order => ({ status: undefined, quantity }))
        for (const [at, move] of played) {
          const order = all[at % all.length]
          if (order) play(shelf, order, move)
          const of = (status: HoldStatus) =>
            all
              .filter((each) => each.status === status)
              .reduce((sum, { quantity }) => sum + quantity, 0)
          expect(shelf.held).toBe(of('held')) // held = sum of live holds
          expect(shelf.sold).toBe(of('claimed')) // sold = what was claimed and not returned
          expect(shelf.onHand + shelf.sold).toBe(initial)
          expect(shelf.onHand - shelf.held).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })

  it('end for good in released and returned', () => {
    for (const move of moves) {
      expect(stepOf('released', move)).toBeUndefined()
      expect(stepOf('returned', move)).toBeUndefined()
    }
  })

  it('never lead from one status to itself', () => {
    for (const status of holdStatuses) {
      for (const move of moves) expect(stepOf(status, move)?.to).not.toBe(status)
    }
  })
})
