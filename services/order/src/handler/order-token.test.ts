import { randomBytes } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { orderTokens } from './order-token.ts'

const tokens = orderTokens(randomBytes(32))

it('opens the order it was made for and no other', () => {
  const token = tokens.of('order-1')
  expect(tokens.opens('order-1', token)).toBe(true)
  expect(tokens.opens('order-2', token)).toBe(false)
  expect(tokens.opens('order-1', `${token}x`)).toBe(false)
  expect(tokens.opens('order-1', '')).toBe(false)
  expect(tokens.opens('order-1', undefined)).toBe(false)
})

it('depends on the key', () => {
  expect(orderTokens(randomBytes(32)).opens('order-1', tokens.of('order-1'))).toBe(false)
})
