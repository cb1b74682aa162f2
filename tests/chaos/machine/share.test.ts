import { expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { ownShare } from './share.ts'

it('leaves all its time to a run that has the machine for itself, however its processes wait for each other', () => {
  expect(ownShare({ seconds: 1, busy: 2, own: 2, waited: 5 })).toBe(1)
})

it('leaves all its time to a run that waits for no core, however busy others are', () => {
  expect(ownShare({ seconds: 1, busy: 2, own: 0.1, waited: 0 })).toBe(1)
  expect(ownShare({ seconds: 1, busy: 2, own: 0.1, waited: 0.05 })).toBeCloseTo(0.9525)
})

it('takes away what others worked while it waited', () => {
  expect(ownShare({ seconds: 1, busy: 2, own: 0.5, waited: 3 })).toBe(0.25)
  expect(ownShare({ seconds: 1, busy: 2, own: 1, waited: 0.5 })).toBe(0.75)
})

it('never gives more than the whole, nor nothing, whatever the counters say', () => {
  const some = fc.double({ min: 0, max: 10, noNaN: true })
  fc.assert(
    fc.property(some, some, some, some, (seconds, busy, own, waited) => {
      const share = ownShare({ seconds, busy, own, waited })
      expect(share).toBeGreaterThan(0)
      expect(share).toBeLessThanOrEqual(1)
    }),
  )
})
