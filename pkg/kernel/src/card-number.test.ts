import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { holdsCardNumber } from './card-number.ts'

/** Appends the digit that makes a number of these digits good. */
const withCheckDigit = (digits: string): string => {
  for (const digit of '0123456789') if (holdsCardNumber(digits + digit)) return digits + digit
  throw new Error(`no check digit fits ${digits}`)
}

const digits = (from: number, to: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: from, maxLength: to })

describe('a card number', () => {
  it.each(['4111111111111111', '5555555555554444', '378282246310005', '4222222222222'])(
    'is known: %s',
    (number) => expect(holdsCardNumber(number)).toBe(true),
  )

  it.each(['tok_visa', '4111111111111112', '01928374655', 'pm_1NX9u2LkdIwHu7ix', ''])(
    'is not: %s',
    (text) => expect(holdsCardNumber(text)).toBe(false),
  )

  it('is found in groups and between words, at every length', () => {
    fc.assert(
      fc.property(digits(11, 18), fc.constantFrom(' ', '-', ''), (most, gap) => {
        const number = withCheckDigit(most)
        const grouped = number.replace(/(\d{4})(?=\d)/g, `$1${gap}`)
        return holdsCardNumber(`card ${grouped}.`)
      }),
    )
  })

  it.each(['Flat 12 4111 1111 1111 1111', '4111-1111-1111-1111 30', '9 4111111111111111 9 9'])(
    'is found beside other numbers: %s',
    (text) => expect(holdsCardNumber(text)).toBe(true),
  )

  it('is looked for in long rows of digits, too, and not in pieces of one', () => {
    expect(holdsCardNumber('4111111111111111'.repeat(400))).toBe(false)
    expect(holdsCardNumber('1 '.repeat(5_000))).toBe(false)
  })

  it('is one of ten with the same first digits', () => {
    fc.assert(
      fc.property(digits(15, 15), (most) => {
        const good = [...'0123456789'].filter((digit) => holdsCardNumber(most + digit))
        return good.length === 1
      }),
    )
  })
})
