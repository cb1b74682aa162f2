import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { formatAmount } from '@micromart/kernel'
import { parsePrice } from './csv-price.ts'

describe('a price', () => {
  it.each([
    ['19.99', 1999n],
    ['19,99', 1999n],
    ['19.9', 1990n],
    ['19', 1900n],
    ['0', 0n],
    ['0,05', 5n],
    ['1,299.00', 129_900n],
    ['1.299,00', 129_900n],
    ['1,299,000', 129_900_000n],
    ['1.299.000', 129_900_000n],
  ])('%s is %s cents', (text, cents) => {
    expect(parsePrice(text, 2)).toBe(cents)
  })

  it.each([
    '',
    '-1',
    '1.299',
    '1,299',
    '19.999',
    '1e3',
    '€5',
    '5 €',
    'abc',
    '1,2,3',
    '.5',
    '5.',
    '１',
  ])('%p is none, or could mean two', (text) => {
    expect(parsePrice(text, 2)).toBeUndefined()
  })

  it('written and read is the same, in every currency', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 1_000_000_000n }),
        fc.constantFrom(0, 2, 3),
        (amount, digits) => {
          const text = formatAmount(amount, digits)
          expect(parsePrice(text, digits)).toBe(amount)
          expect(parsePrice(text.replace('.', ','), digits)).toBe(amount)
        },
      ),
    )
  })
})
