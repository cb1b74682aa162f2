import { describe, expect, it } from '@jest/globals'
import { isCardNumber } from './card-number.ts'

describe('S63 card numbers', () => {
  it.each([
    ['4242424242424242', true],
    ['4242 4242 4242 4242', true],
    ['4242-4242-4242-4242', true],
    ['4242424242424241', false],
    ['tok_visa', false],
    ['424242', false],
  ])('%s: %s', (text, is) => {
    expect(isCardNumber(text)).toBe(is)
  })
})
