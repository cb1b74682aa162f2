import { expect, it } from '@jest/globals'
import { figure } from './figures.mjs'
import { pictureOf } from './pictures.mjs'

const time = { start: 1000, end: 1060 }
const picture = (panel, series) =>
  pictureOf({ title: 'T', description: 'D', panels: [{ unit: 'short', ...panel }] }, [series], time)

it('shows numbers by their unit', () => {
  const shown = [
    [0, 's'],
    [0.0123, 's'],
    [7200, 's'],
    [250, 'ms'],
    [0.4567, 'percentunit'],
    [12.3, 'reqps'],
    [123_456, 'short'],
    [200 * 2 ** 20, 'bytes'],
  ].map(([value, unit]) => figure(value, unit))
  expect(shown).toEqual(['0', '12.3 ms', '2 h', '250 ms', '45.7%', '12.3/s', '123K', '200 MiB'])
})

it('draws a line for each series, and says how many it leaves out', () => {
  const series = Array.from({ length: 10 }, (_, index) => ({
    name: `<${index}>`,
    values: [
      [1000, 0],
      [1060, index + 1],
    ],
  }))
  const drawn = picture({ title: 'A & B' }, series)
  expect(drawn).toContain('A &amp; B')
  expect(drawn).toContain('&lt;9&gt;')
  expect(drawn).not.toContain('&lt;1&gt;')
  expect(drawn).toContain('and 2 below these')
})

it('tells the last value where a panel shows one, and says so when there is none', () => {
  const values = [
    [1000, 1],
    [1060, 7],
  ]
  expect(picture({ title: 'A', kind: 'stat' }, [{ name: 'x', values }])).toMatch(/>x<.*>7</)
  expect(picture({ title: 'A', kind: 'table' }, [])).toContain('>none<')
})
