import { describe, expect, it } from '@jest/globals'
import { randomFrom } from '../plan/random.ts'
import { casesOf, coveringCases, impossible, kinds, points, stepOption } from './cases.ts'
import { steps } from './steps.ts'

const seeds = Array.from({ length: 20 }, (_, index) => String(index))

describe('the cases of the matrix', () => {
  it('are all pairs of step and fault at each point, but those that cannot be', () => {
    const all = steps.flatMap((step) =>
      points.flatMap((point) => kinds.map((kind) => ({ step, point, kind }))),
    )
    expect(casesOf([]).length + all.filter(impossible).length).toBe(all.length)
    for (const step of steps) {
      const own = casesOf([stepOption(step)])
      expect(new Set(own.map(({ point }) => point))).toEqual(new Set(points))
      expect(own.length).toBeGreaterThanOrEqual(16)
    }
  })

  it.each(seeds)('seed %s chooses every step, kind and point, and the same again', (seed) => {
    const chosen = coveringCases(randomFrom(seed))
    const met = (of: (one: (typeof chosen)[number]) => string) => new Set(chosen.map(of))
    expect(met(({ step }) => step.name).size).toBe(steps.length)
    expect(met(({ kind }) => kind)).toEqual(new Set(kinds))
    expect(met(({ point }) => point)).toEqual(new Set(points))
    expect(chosen.length).toBeLessThanOrEqual(steps.length + 3)
    expect(coveringCases(randomFrom(seed))).toEqual(chosen)
  })
})
