import type { Evidence } from '../checker/evidence.ts'
import { type Bucket, bucketsOf } from './buckets.ts'

const width = 1100
const left = 56
const right = 16
const colours = {
  ok: '#1f6f43',
  orders: '#1d4e89',
  unknown: '#b3261e',
  fault: '#f2c14e',
  back: '#9ec5ab',
}

const panelHeight = 150
const top = 66

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const niceMost = (most: number): number => {
  const steps = [2, 5, 10, 20, 30, 40, 50, 75, 100, 150, 200, 300, 500, 1000]
  return steps.find((step) => step >= most) ?? most
}

/** A mean over three seconds: single seconds jump too much to be read. */
const smooth = (values: readonly number[]): number[] =>
  values.map((_, at) => {
    const around = values.slice(Math.max(0, at - 1), at + 2)
    return around.reduce((sum, each) => sum + each, 0) / around.length
  })

type Scale = { readonly x: (ms: number) => number; readonly seconds: number }

const curve = (
  values: readonly number[],
  most: number,
  base: number,
  { x }: Scale,
  colour: string,
) => {
  const points = smooth(values).map(
    (value, second) =>
      `${x(second * 1000 + 500).toFixed(1)},${(base - (value / most) * panelHeight).toFixed(1)}`,
  )
  return `<polyline fill="none" stroke="${colour}" stroke-width="1.6" points="${points.join(' ')}"/>`
}

const axis = (most: number, base: number, title: string): string =>
  [0, 0.5, 1]
    .map((share) => {
      const y = base - share * panelHeight
      return (
        `<line x1="${left}" x2="${width - right}" y1="${y}" y2="${y}" stroke="#dddddd"/>` +
        `<text x="${left - 6}" y="${y + 4}" text-anchor="end" fill="#555555">${Math.round(most * share)}</text>`
      )
    })
    .join('') + `<text x="${left}" y="${base - panelHeight - 8}" font-weight="bold">${title}</text>`

const clockMarks = ({ x, seconds }: Scale, y: number): string => {
  const every = [10, 15, 30, 60, 120, 300].find((step) => seconds / step <= 14) ?? 600
  return Array.from({ length: Math.floor(seconds / every) + 1 }, (_, index) => {
    const at = index * every
    return `<text x="${x(at * 1000)}" y="${y}" text-anchor="middle" fill="#555555">${at} s</text>`
  }).join('')
}

/** A band from arming to healing, a paler one until full pace, and the name in one of several rows. */
const bands = ({ faults }: Evidence, { x }: Scale, bottom: number, rows: number): string =>
  faults
    .map(({ name, armedAt, healedAt, fullMs }, index) => {
      const from = x(armedAt)
      const to = Math.max(x(healedAt), from + 2)
      const back = x(healedAt + (fullMs ?? 75_000))
      const y = bottom + 38 + (index % rows) * 15
      return (
        `<rect x="${to}" y="${top}" width="${Math.max(0, back - to).toFixed(1)}" height="${bottom - top}" fill="${colours.back}" opacity="0.35"/>` +
        `<rect x="${from}" y="${top}" width="${(to - from).toFixed(1)}" height="${bottom - top}" fill="${colours.fault}" opacity="0.6"/>` +
        `<line x1="${from}" x2="${from}" y1="${bottom}" y2="${y - 10}" stroke="#bbbbbb"/>` +
        `<text x="${from}" y="${y}" font-size="11">${escaped(name)}</text>`
      )
    })
    .join('')

const legend = (): string =>
  [
    [colours.ok, 'successful operations'],
    [colours.orders, 'orders paid'],
    [colours.unknown, 'unknown ends (5xx, lost)'],
    [colours.fault, 'fault armed'],
    [colours.back, 'until full pace again'],
  ]
    .map(
      ([colour, text], index) =>
        `<rect x="${left + index * 205}" y="38" width="12" height="12" fill="${colour}"/>` +
        `<text x="${left + 18 + index * 205}" y="48">${text}</text>`,
    )
    .join('')

const pick = (buckets: readonly Bucket[], name: keyof Bucket) =>
  buckets.map((bucket) => bucket[name])

/** The run as a picture: faults as bands, throughput and errors as lines. */
export const timeline = (evidence: Evidence, title: string): string => {
  const { faults, operations } = evidence
  const last =
    Math.max(...faults.map(({ healedAt, fullMs = 0 }) => healedAt + fullMs), 10_000) + 5000
  const buckets = bucketsOf(operations, last)
  const scale: Scale = {
    seconds: last / 1000,
    x: (ms) => left + (Math.min(ms, last) / last) * (width - left - right),
  }
  const rows = Math.min(6, Math.max(1, faults.length))
  const first = top + panelHeight + 12
  const second = first + panelHeight + 34
  const height = second + 48 + rows * 15
  const most = niceMost(Math.max(...smooth(pick(buckets, 'ok')), 1))
  const mostErrors = niceMost(Math.max(...smooth(pick(buckets, 'unknown')), 1))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${left}" y="24" font-size="16">${escaped(title)}</text>
${legend()}
${bands(evidence, scale, second, rows)}
${axis(most, first, 'a second, mean of three')}
${curve(pick(buckets, 'ok'), most, first, scale, colours.ok)}
${curve(pick(buckets, 'orders'), most, first, scale, colours.orders)}
${axis(mostErrors, second, 'unknown ends a second')}
${curve(pick(buckets, 'unknown'), mostErrors, second, scale, colours.unknown)}
${clockMarks(scale, second + 18)}
</svg>
`
}
