import { describe, expect, it } from '@jest/globals'
import { millisecondsOf } from './token-end.ts'

const clock = { now: () => new Date(1_000_000) }
const token = (claims: object): string =>
  `head.${Buffer.from(JSON.stringify(claims)).toString('base64url')}.signature`

describe('how long a stream may last', () => {
  it.each([
    ['as long as its token', token({ exp: 1_120 }), 120_000],
    ['a second, for one that has just ended', token({ exp: 990 }), 1_000],
    ['a quarter of an hour at most', token({ exp: 999_999 }), 900_000],
    ['as long for a guest', undefined, 900_000],
    ['a second without a time', token({}), 1_000],
  ])('%s', (_what, sent, milliseconds) => {
    expect(millisecondsOf(sent, clock)).toBe(milliseconds)
  })
})
