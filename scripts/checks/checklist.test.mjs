import { describe, expect, it } from '@jest/globals'
import { checklistLines } from './checklist-lines.mjs'
import { faultsOf } from './checklist.mjs'

const every = Array.from({ length: 72 }, (_, index) => index + 1)
const test = (...numbers) => ({ file: 'a.test.ts', numbers, name: 'holds' })

/** As if each line that wants a test had one. */
const held = (groups) => {
  const flat = groups.flatMap(({ from, lines }) => lines.map((line, index) => [from + index, line]))
  const excused = ([, line]) => Array.isArray(line) && (line[1].instead ?? line[1].building)
  return flat.filter((line) => !excused(line)).map(([number]) => test(number))
}

describe('the security check-list', () => {
  it('has a text for each of 72 lines', () => {
    expect(faultsOf(checklistLines, held(checklistLines))).toEqual([])
  })

  const plain = [{ title: 'All', from: 1, lines: every.map((number) => `line ${number}`) }]

  it('fails for a line that nobody holds', () => {
    const tests = held(plain).filter(({ numbers }) => numbers[0] !== 31)
    expect(faultsOf(plain, tests)).toEqual([expect.stringContaining('S31: no test')])
  })

  it('fails for a reason that a test has overtaken', () => {
    const lines = every.map((number) => (number === 12 ? ['line', { building: 'later' }] : 'line'))
    const groups = [{ title: 'All', from: 1, lines }]
    expect(faultsOf(groups, held(groups))).toEqual([])
    expect(faultsOf(groups, held(plain))).toEqual([expect.stringContaining('S12: has tests')])
  })

  it('fails for a number that is none, and for a line left out', () => {
    expect(faultsOf(plain, [...held(plain), test(73)])).toEqual(['S73: there is no such line'])
    const short = [{ ...plain[0], lines: plain[0].lines.slice(1) }]
    expect(faultsOf(short, held(plain))[0]).toContain('not 1 to 72')
  })
})
