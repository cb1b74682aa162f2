import { describe, expect, it } from '@jest/globals'
import { LoginThrottled } from './errors.ts'
import { admitAttempt, delayAfter } from './login-throttle.ts'

const lastAt = new Date('2026-01-01T00:00:00Z')
const after = (ms: number) => new Date(lastAt.getTime() + ms)

describe('the delay after failed logins', () => {
  it('S7 grows with each failure, after a few that are free, to a short cap', () => {
    const delays = [0, 1, 4, 5, 6, 7, 8, 1_000].map(delayAfter)
    expect(delays).toEqual([0, 0, 0, 1_000, 2_000, 4_000, 4_000, 4_000])
  })

  it('S7 tells how many whole seconds are left', () => {
    expect(() => admitAttempt({ count: 7, lastAt }, after(1_001))).toThrow(
      expect.objectContaining({ code: 'login_throttled', params: { retryAfter: '3' } }),
    )
    expect(() => admitAttempt({ count: 7, lastAt }, after(3_999))).toThrow(LoginThrottled)
    expect(() => admitAttempt({ count: 7, lastAt }, after(4_000))).not.toThrow()
  })

  it('S72 lets a correct login in within five seconds of any number of failures', () => {
    expect(() => admitAttempt({ count: 100_000, lastAt }, after(4_999))).not.toThrow()
  })

  it('is none for those who never failed', () => {
    expect(() => admitAttempt(undefined, lastAt)).not.toThrow()
  })
})
