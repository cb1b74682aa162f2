import { describe, expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { newSession, refreshExpiry } from './session.ts'

const day = 86_400_000
const start = new Date('2026-01-01T00:00:00Z')
const device = { userAgent: undefined, address: undefined }
const session = newSession({ id: 's', accountId: 'a', clientId: undefined, device }, start)
const at = (days: number) => new Date(start.getTime() + days * day)

describe('a session', () => {
  it('S15 goes on for 30 days after each refresh and for 90 days in all', () => {
    expect(refreshExpiry(session, at(0))).toEqual(at(30))
    expect(refreshExpiry(session, at(29))).toEqual(at(59))
    expect(refreshExpiry(session, at(80))).toEqual(at(90))
  })

  it('S15 never outlives its last day, however it is refreshed', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 90, noNaN: true }), (days) => {
        const expiry = refreshExpiry(session, at(days))
        expect(expiry.getTime()).toBeLessThanOrEqual(session.endsAt.getTime())
        expect(expiry.getTime() - at(days).getTime()).toBeLessThanOrEqual(30 * day)
      }),
    )
  })
})
