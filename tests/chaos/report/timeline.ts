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

/** Something that lasted: a stripe behind the curves, and its name below in one of several rows. */
type Band = {
  readonly name: string
  readonly from: number
  readonly to: number
  readonly colour: string
  readonly opacity: number
  /** Where a paler stripe ends. */
  readonly back?: number
}

const stripe = (from: number, to: number, bottom: number, colour: string, opacity: number) =>
  `<rect x="${from.toFixed(1)}" y="${top}" width="${Math.max(0, to - from).toFixed(1)}" height="${bottom - top}" fill="${colour}" opacity="${opacity}"/>`

const drawn = (bands: readonly Band[], { x }: Scale, bottom: number, rows: number): string =>
  bands
    .map(({ name, colour, opacity, back, ...band }, index) => {
      const from = x(band.from)
      const to = Math.max(x(band.to), from + 2)
      const y = bottom + 38 + (index % rows) * 15
      return (
        (back === undefined ? '' : stripe(to, x(back), bottom, colours.back, 0.35)) +
        stripe(from, to, bottom, colour, opacity) +
        `<line x1="${from}" x2="${from}" y1="${bottom}" y2="${y - 10}" stroke="#bbbbbb"/>` +
        `<text x="${from}" y="${y}" font-size="11">${escaped(name)}</text>`
      )
    })
    .join('')

export type Legend = readonly (readonly [colour: string, text: string])[]

/** What the curves are. */
export const curves: Legend = [
  [colours.ok, 'successful operations'],
  [colours.orders, 'orders paid'],
  [colours.unknown, 'unknown ends (5xx, lost)'],
]

const legendStep = 172

const legendOf = (legend: Legend): string =>
  legend
    .map(
      ([colour, text], index) =>
        `<rect x="${left + index * legendStep}" y="38" width="12" height="12" fill="${colour}"/>` +
        `<text x="${left + 18 + index * legendStep}" y="48">${text}</text>`,
    )
    .join('')

const pick = (buckets: readonly Bucket[], name: keyof Bucket) =>
  buckets.map((bucket) => bucket[name])

type Picture = {
  readonly title: string
  readonly operations: Evidence['operations']
  readonly bands: readonly Band[]
  readonly legend: Legend
  /** Until when, in ms. */
  readonly last: number
}

/** A run as a picture: what happened as bands, throughput and errors as lines. */
export const picture = ({ title, operations, bands, legend, last }: Picture): string => {
  const buckets = bucketsOf(operations, last)
  const scale: Scale = {
    seconds: last / 1000,
    x: (ms) => left + (Math.min(ms, last) / last) * (width - left - right),
  }
  const rows = Math.min(6, Math.max(1, bands.length))
  const first = top + panelHeight + 12
  const second = first + panelHeight + 34
  const height = second + 48 + rows * 15
  const most = niceMost(Math.max(...smooth(pick(buckets, 'ok')), 1))
  const mostErrors = niceMost(Math.max(...smooth(pick(buckets, 'unknown')), 1))
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#ffffff"/>
<text x="${left}" y="24" font-size="16">${escaped(title)}</text>
${legendOf(legend)}
${drawn(bands, scale, second, rows)}
${axis(most, first, 'a second, mean of three')}
${curve(pick(buckets, 'ok'), most, first, scale, colours.ok)}
${curve(pick(buckets, 'orders'), most, first, scale, colours.orders)}
${axis(mostErrors, second, 'unknown ends a second')}
${curve(pick(buckets, 'unknown'), mostErrors, second, scale, colours.unknown)}
${clockMarks(scale, second + 18)}
</svg>
`
}

/** A chaos run: each fault from arming to healing, and paler until full pace. */
export const timeline = ({ faults, operations }: Evidence, title: string): string =>
  picture({
    title,
    operations,
    bands: faults.map(({ name, armedAt, healedAt, fullMs }) => ({
      name,
      from: armedAt,
      to: healedAt,
      back: healedAt + (fullMs ?? 75_000),
      colour: colours.fault,
      opacity: 0.6,
    })),
    legend: [...curves, [colours.fault, 'fault armed'], [colours.back, 'until full pace again']],
    last: Math.max(...faults.map(({ healedAt, fullMs = 0 }) => healedAt + fullMs), 10_000) + 5000,
  })
