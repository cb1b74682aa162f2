import { describe, expect, it } from '@jest/globals'
import { money, systemIds } from '@micromart/kernel'
import * as fc from 'fast-check'
import { lineTotal, openedBy, type Order, orderNumber, totalsOf } from './order.ts'

const line = fc.record({
  sku: fc.string(),
  title: fc.string(),
  quantity: fc.integer({ min: 1, max: 99 }),
  unitPrice: fc.bigInt(0n, 1_000_000_000n).map((amount) => money(amount, 'EUR')),
})

describe('totals', () => {
  it('are the sum of price times quantity, to the cent', () => {
    fc.assert(
      fc.property(fc.array(line, { maxLength: 100 }), (lines) => {
        const wanted = lines.reduce(
          (sum, { unitPrice, quantity }) => sum + unitPrice.amount * BigInt(quantity),
          0n,
        )
        const { subtotal, shipping, tax, discount, total } = totalsOf(lines, 'EUR')
        expect(subtotal.amount).toBe(wanted)
        expect(total.amount).toBe(subtotal.amount + shipping.amount + tax.amount - discount.amount)
        expect(lines.reduce((sum, one) => sum + lineTotal(one).amount, 0n)).toBe(wanted)
      }),
    )
  })

  it('refuse to add two currencies', () => {
    const dollars = { sku: 'a', title: 'A', quantity: 1, unitPrice: money(1n, 'USD') }
    expect(() => totalsOf([dollars], 'EUR')).toThrow('currency_mismatch')
  })
})

describe('an order’s number', () => {
  it('is short, readable and made of the id alone', () => {
    const id = systemIds.next()
    expect(orderNumber(id)).toMatch(/^M-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(orderNumber(id)).toBe(orderNumber(id))
    expect(orderNumber('00000000-0000-7000-8000-ffffffffffff')).toBe('M-ZZZZ-ZZZZ')
    expect(orderNumber('00000000-0000-7000-8000-ff0000000021')).toBe('M-0000-0011')
  })

  it('rarely meets another', () => {
    const numbers = Array.from({ length: 2_000 }, () => orderNumber(systemIds.next()))
    expect(new Set(numbers).size).toBeGreaterThan(1_998)
  })
})

const orderOf = (userId: string | undefined) => ({ id: 'o', userId }) as Order

describe('an order opens', () => {
  const cases = [
    ['a member’s', 'for its owner', 'a', 'a', false, true],
    ['a member’s', 'for nobody else', 'a', 'b', false, false],
    ['a member’s', 'not by a token', 'a', undefined, true, false],
    ['a guest’s', 'by its token', undefined, undefined, true, true],
    ['a guest’s', 'not for a member without it', undefined, 'a', false, false],
    ['a guest’s', 'not for another nobody', undefined, undefined, false, false],
  ] as const

  it.each(cases)('%s %s', (_whose, _how, owner, userId, holdsToken, opens) => {
    const open = () => openedBy(orderOf(owner), { userId, holdsToken })
    if (opens) expect(open()).toEqual(orderOf(owner))
    else expect(open).toThrow('order_not_found')
  })
})
