import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { type Cart, linesLeft, mayStillHold } from './cart.ts'

const lines = fc.array(
  fc.record({ sku: fc.constantFrom('a', 'b', 'c'), quantity: fc.integer({ min: 1, max: 9 }) }),
  { maxLength: 6 },
)

const countOf = (list: readonly { sku: string; quantity: number }[], sku: string) =>
  list.reduce((sum, line) => (line.sku === sku ? sum + line.quantity : sum), 0)

it('leaves of each sku what is wanted less what is bought, never less than nothing', () => {
  fc.assert(
    fc.property(lines, lines, (wanted, bought) => {
      const left = linesLeft(wanted, bought)
      for (const sku of ['a', 'b', 'c']) {
        const expected = Math.max(0, countOf(wanted, sku) - countOf(bought, sku))
        expect(countOf(left, sku)).toBe(expected)
      }
      const skus = left.map(({ sku }) => sku)
      expect(skus).toEqual([...new Set(skus)].toSorted())
    }),
  )
})

const cart = (takenOrderIds: readonly string[]): Cart => ({
  id: 'cart',
  key: 'guest:x',
  version: '1',
  lines: [],
  takenOrderIds,
  remembers: 50,
  mergedCartIds: [],
})
const id = (n: number) => `0190-${String(n).padStart(4, '0')}`

describe('an order of the cart', () => {
  it('may still lie in it until it is taken out', () => {
    expect(mayStillHold(cart([]), id(1))).toBe(true)
    expect(mayStillHold(cart([id(2)]), id(1))).toBe(true)
    expect(mayStillHold(cart([id(1)]), id(1))).toBe(false)
  })

  it('does not come back because the cart’s memory of fifty orders is full', () => {
    const full = cart(Array.from({ length: 50 }, (_, n) => id(n + 100)))
    expect(mayStillHold(full, id(1))).toBe(false)
    expect(mayStillHold(full, id(150))).toBe(true)
  })
})
