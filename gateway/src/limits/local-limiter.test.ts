import { describe, expect, it } from '@jest/globals'
import { localLimiter } from './local-limiter.ts'

const startedAt = (start: number) => {
  let now = start
  return {
    clock: { now: () => new Date(now) },
    pass: (ms: number) => {
      now += ms
    },
  }
}

describe('a budget per minute', () => {
  it('allows all of it at once, then as much as time brings back', () => {
    const { clock, pass } = startedAt(1_000_000)
    const { take } = localLimiter({ perMinute: 60 }, clock)
    const burst = Array.from({ length: 60 }, () => take('a').allowed)
    expect(burst.every(Boolean)).toBe(true)
    expect(take('a')).toEqual({ allowed: false, remaining: 0, waitMs: 1_000 })
    pass(1_000)
    expect(take('a').allowed).toBe(true)
    expect(take('a').allowed).toBe(false)
  })

  it('a refused request costs nothing', () => {
    const { clock, pass } = startedAt(0)
    const { take } = localLimiter({ perMinute: 60 }, clock)
    for (let sent = 0; sent < 1_000; sent += 1) take('a')
    pass(1_000)
    expect(take('a').allowed).toBe(true)
  })

  it('counts each key alone, and remembers a bounded number of them', () => {
    const { clock } = startedAt(0)
    const { take } = localLimiter({ perMinute: 1 }, clock)
    expect(take('a').allowed).toBe(true)
    expect(take('b').allowed).toBe(true)
    expect(take('a').allowed).toBe(false)
    for (let sent = 0; sent < 20_001; sent += 1) take(`other-${sent}`)
    expect(take('a').allowed).toBe(true)
  })
})
