import { expect, it } from '@jest/globals'
import * as fc from 'fast-check'
import { aLife, recordOf } from '../../tests/book-life.ts'
import { steps } from '../../tests/book-steps.ts'
import { judgeRecord } from './book-rules.ts'
import { after } from './limits.ts'

const names = Object.keys(steps)
const life = fc.array(fc.nat(1_000), { minLength: 1, maxLength: 25, size: 'max' })

/** Each number picks one of the steps that are possible by then, a tenth of a second after the last. */
const lived = (picks: readonly number[]) => {
  const one = aLife()
  const done: string[] = []
  const states: string[] = []
  for (const pick of picks) {
    const possible = names.filter((name) => steps[name]?.when(one))
    const name = possible[pick % possible.length]
    if (name === undefined) break
    one.at = after(one.at, 100)
    steps[name]?.act(one)
    done.push(name)
    states.push(one.order.status)
  }
  return { one, done, states }
}

it('a legal life of an order never breaks an invariant, wherever it is looked at', () => {
  const seen = new Set<string>()
  const been = new Set<string>()
  fc.assert(
    fc.property(life, (picks) => {
      const { one, done, states } = lived(picks)
      const now = after(one.at, 31_000)
      const time = { now, cut: after(now, -30_000), eventsSince: after(now, -3_600_000) }
      expect(judgeRecord(recordOf(one), time).wrong).toEqual([])
      for (const name of done) seen.add(name)
      for (const state of states) been.add(state)
    }),
    { numRuns: 10_000 },
  )
  expect([...seen].toSorted()).toEqual(names.toSorted()) // an idle run proves nothing
  expect(been.size).toBe(9)
})
