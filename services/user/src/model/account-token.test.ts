import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { type AccountToken, nextToken } from './account-token.ts'

const start = new Date('2026-01-01T00:00:00Z')
const minutes = (count: number) => new Date(start.getTime() + count * 60_000)
const reset = (last: AccountToken | undefined, at: Date) => nextToken('reset_password', last, at)

describe('a token for a link', () => {
  it('S10 is short-lived: half an hour for a password, a day for an address', () => {
    expect(reset(undefined, start)?.expiresAt).toEqual(minutes(30))
    expect(nextToken('verify_email', undefined, start)?.expiresAt).toEqual(minutes(24 * 60))
  })

  it('S7 follows an unused one after a minute, then two, four, eight and fifteen', () => {
    let last: AccountToken | undefined
    const gaps: number[] = []
    for (let at = 0, since = 0; gaps.length < 7; at += 1) {
      const next = reset(last, minutes(at))
      if (next) {
        gaps.push(at - since)
        last = next
        since = at
      }
    }
    expect(gaps).toEqual([0, 1, 2, 4, 8, 15, 15])
  })

  it('starts from the beginning once the last one was used or is over', () => {
    const last = { createdAt: start, expiresAt: minutes(30), issued: 5 }
    expect(reset(last, minutes(14))).toBeUndefined()
    expect(reset(last, minutes(15))?.issued).toBe(6)
    expect(reset(last, minutes(30))?.issued).toBe(1)
    expect(reset(undefined, minutes(1))?.issued).toBe(1)
  })

  it('S7 there is always a living one for who asked within the last half hour', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { minLength: 1, maxLength: 40 }), (pauses) => {
        let last: AccountToken | undefined
        let now = 0
        for (const pause of pauses) {
          now += pause
          last = reset(last, minutes(now)) ?? last
          expect(last?.expiresAt.getTime()).toBeGreaterThan(minutes(now).getTime())
        }
      }),
    )
  })
})
