import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import {
  addMoney,
  compareMoney,
  formatAmount,
  minorDigits,
  money,
  multiplyMoney,
  splitMoney,
  sumMoney,
} from './money.ts'

const amounts = fc.bigInt({ min: -(10n ** 12n), max: 10n ** 12n })
const weights = fc
  .array(fc.bigInt({ min: 0n, max: 10n ** 6n }), { minLength: 1, maxLength: 20 })
  .filter((list) => list.some((weight) => weight > 0n))

describe('money', () => {
  it('loses no cent when split', () => {
    fc.assert(
      fc.property(amounts, weights, (amount, list) => {
        const shares = splitMoney(money(amount, 'EUR'), list)
        expect(sumMoney(shares, 'EUR')).toEqual(money(amount, 'EUR'))
      }),
    )
  })

  it.each([
    ['EUR', 2, '19.99'],
    ['JPY', 0, '1999'],
    ['KWD', 3, '1.999'],
  ])('in %s has %s decimals', (currency, digits, text) => {
    expect(minorDigits(currency)).toBe(digits)
    expect(formatAmount(1999n, digits)).toBe(text)
    expect(formatAmount(0n, digits)).toBe((0).toFixed(digits))
  })

  it('gives each share its exact part, give or take one cent', () => {
    fc.assert(
      fc.property(amounts, weights, (amount, list) => {
        const whole = list.reduce((sum, weight) => sum + weight, 0n)
        splitMoney(money(amount, 'EUR'), list).forEach((share, index) => {
          const error = share.amount * whole - amount * list[index]!
          expect(error <= whole && error >= -whole).toBe(true)
        })
      }),
    )
  })

  it('refuses weights that are negative or sum to nothing', () => {
    expect(() => splitMoney(money(1, 'EUR'), [])).toThrow('weights_invalid')
    expect(() => splitMoney(money(1, 'EUR'), [0n])).toThrow('weights_invalid')
    expect(() => splitMoney(money(1, 'EUR'), [2n, -1n])).toThrow('weights_invalid')
  })

  it('never mixes currencies', () => {
    expect(() => addMoney(money(1, 'EUR'), money(1, 'USD'))).toThrow('currency_mismatch')
    expect(() => sumMoney([money(1, 'EUR')], 'USD')).toThrow('currency_mismatch')
    expect(() => compareMoney(money(1, 'EUR'), money(1, 'USD'))).toThrow('currency_mismatch')
  })

  it('multiplies and compares beyond the safe integers', () => {
    const much = money(9_007_199_254_740_993n, 'EUR')
    expect(multiplyMoney(much, 3)).toEqual(money(27_021_597_764_222_979n, 'EUR'))
    expect(compareMoney(much, money(9_007_199_254_740_992n, 'EUR'))).toBeGreaterThan(0)
    expect(compareMoney(much, much)).toBe(0)
  })
})
