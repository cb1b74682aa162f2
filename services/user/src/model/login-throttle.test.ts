import { describe, expect, it } from '@jest/globals'
import { LoginThrottled } from './errors.ts'
import { admitAttempt, codeRule, delayAfter, oneMore, passwordRule } from './login-throttle.ts'

const lastAt = new Date('2026-01-01T00:00:00Z')
const after = (ms: number) => new Date(lastAt.getTime() + ms)

describe('the delay after failed logins', () => {
  it('S7 grows with each failure, after a few that are free, to a short cap', () => {
    const delays = [0, 1, 4, 5, 6, 7, 8, 1_000].map((count) => delayAfter(passwordRule, count))
    expect(delays).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 4_000, 4_000])
  })

  it('S7 tells how many whole seconds are left', () => {
    expect(() => admitAttempt(passwordRule, { count: 7, lastAt }, after(1_001))).toThrow(
      expect.objectContaining({ code: 'login_throttled', params: { retryAfter: '3' } }),
    )
    expect(() => admitAttempt(passwordRule, { count: 7, lastAt }, after(3_999))).toThrow(
      LoginThrottled,
    )
    expect(() => admitAttempt(passwordRule, { count: 7, lastAt }, after(4_000))).not.toThrow()
  })

  it('S72 lets a correct login in within five seconds of any number of failures', () => {
    expect(() => admitAttempt(passwordRule, { count: 100_000, lastAt }, after(4_999))).not.toThrow()
  })

  it('is none for those who never failed', () => {
    expect(() => admitAttempt(passwordRule, undefined, lastAt)).not.toThrow()
  })
})

describe('the delay after wrong codes', () => {
  it('S7 grows to a quarter of an hour, since only who knows the password meets it', () => {
    const delays = [4, 5, 6, 14, 15, 1_000].map((count) => delayAfter(codeRule, count) / 1_000)
    expect(delays).toEqual([0, 1, 2, 512, 900, 900])
  })

  it('counts from the start again after a quiet day', () => {
    expect(oneMore(codeRule, { count: 7, lastAt }, after(86_400_000))).toEqual({
      count: 8,
      lastAt: after(86_400_000),
    })
    expect(oneMore(codeRule, { count: 7, lastAt }, after(86_400_001)).count).toBe(1)
    expect(oneMore(codeRule, undefined, lastAt)).toEqual({ count: 1, lastAt })
  })
})
