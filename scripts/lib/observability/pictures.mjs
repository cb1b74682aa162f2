import { init } from 'echarts'
import { placed } from './dashboards.mjs'
import { figure } from './figures.mjs'

const column = 50
const row = 30
const margin = 8
const head = 44
const titleHeight = 28
/** More lines than these are not told apart: those with the highest values are drawn. */
const mostSeries = 8

const font = 'Helvetica, Arial, sans-serif'
const ink = '#24292f'
const faint = '#6e7781'
const colours = [
  '#3274d9',
  '#e0752d',
  '#2f9e57',
  '#b0398f',
  '#c4a000',
  '#0f9d9d',
  '#d0443e',
  '#7253c9',
]

const escaped = (text) =>
  String(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

const words = (x, y, text, { size = 12, fill = ink, weight = 'normal', anchor = 'start' } = {}) =>
  `<text x="${x}" y="${y}" font-family="${font}" font-size="${size}" font-weight="${weight}" fill="${fill}" text-anchor="${anchor}">${escaped(text)}</text>`

const finite = ({ values }) => values.filter(([, value]) => Number.isFinite(value))
const last = (series) => finite(series).at(-1)?.[1]
const highest = (series) => Math.max(...finite(series).map(([, value]) => value))

const drawn = (series) => {
  const some = series.filter((each) => finite(each).length > 0)
  const most = some.toSorted((a, b) => highest(b) - highest(a)).slice(0, mostSeries)
  return { most, more: some.length - most.length }
}

/** Wide text needs another line of the legend. */
const legendLines = (names, width) => {
  const wide = names.reduce((sum, name) => sum + 36 + name.length * 6.4, 0)
  return Math.ceil(wide / (width - 30))
}

const curve = ({ name, values }) => ({
  name,
  type: 'line',
  showSymbol: false,
  lineStyle: { width: 1.5 },
  data: values.map(([at, value]) => [at * 1000, Number.isFinite(value) ? value : undefined]),
})

const axes = (unit, { start, end }, lines) => ({
  grid: { left: 62, right: 18, top: 8, bottom: 20 + 26 * lines },
  xAxis: {
    type: 'time',
    min: start * 1000,
    max: end * 1000,
    minInterval: 60_000,
    axisLabel: { color: faint, fontSize: 10, formatter: '{HH}:{mm}', hideOverlap: true },
    axisLine: { lineStyle: { color: '#d0d7de' } },
  },
  yAxis: {
    type: 'value',
    min: 0,
    max: ({ max }) => (max === 0 ? 1 : undefined),
    splitNumber: 4,
    axisLabel: { color: faint, fontSize: 10, formatter: (value) => figure(value, unit) },
    splitLine: { lineStyle: { color: '#eaeef2' } },
  },
})

const chart = ({ unit, series }, time, width, height) => {
  const { most, more } = drawn(series)
  const names = [...most.map(({ name }) => name), ...(more > 0 ? [`and ${more} below these`] : [])]
  const drawing = init(undefined, undefined, { renderer: 'svg', ssr: true, width, height })
  drawing.setOption({
    animation: false,
    useUTC: true,
    color: colours,
    textStyle: { fontFamily: font },
    legend: {
      bottom: 4,
      left: 'center',
      itemWidth: 12,
      itemHeight: 3,
      itemGap: 20,
      icon: 'rect',
      textStyle: { color: ink, fontSize: 10 },
      data: names,
    },
    ...axes(unit, time, legendLines(names, width)),
    series: [
      ...most.map(curve),
      ...(more > 0 ? [{ name: names.at(-1), type: 'line', color: '#ffffff', data: [] }] : []),
    ],
  })
  const svg = drawing.renderToSVGString()
  drawing.dispose()
  return svg.replaceAll(/(\d+\.\d)\d+/g, '$1')
}

const list = ({ unit, series, kind }, width, height) => {
  const size = kind === 'stat' ? 20 : 12
  const line = kind === 'stat' ? Math.min(30, height / series.length) : 18
  const fits = Math.round(height / line)
  const now = new Map(series.map((each) => [each.name, last(each)]))
  if (now.size === 0) return words(12, line, 'none', { fill: faint })
  return [...now]
    .slice(0, fits)
    .map(([name, value], index) => {
      const y = (index + 1) * line - 6
      const told = words(12, y, name, { fill: kind === 'stat' ? faint : ink })
      const number = words(width - 12, y, figure(value, unit), {
        size,
        weight: 'bold',
        fill: colours[0],
        anchor: 'end',
      })
      return told + number
    })
    .join('')
}

const frame = (panel, time) => {
  const { x, y, w, h } = panel.at
  const [width, height] = [w * column - margin, h * row - margin]
  const inner = height - titleHeight
  const body =
    panel.kind === 'timeseries'
      ? chart(panel, time, width, inner).replace('<svg ', `<svg y="${titleHeight}" `)
      : `<g transform="translate(0 ${titleHeight})">${list(panel, width, inner)}</g>`
  return [
    `<g transform="translate(${x * column + margin} ${y * row + head})">`,
    `<rect width="${width}" height="${height}" rx="3" fill="#ffffff" stroke="#d0d7de"/>`,
    words(12, 19, panel.title, { weight: 'bold' }),
    body,
    '</g>',
  ].join('\n')
}

/**
 * A dashboard as a picture: what its queries answered, drawn without Grafana.
 * @param dashboard as `dashboards()` has it
 * @param answers for each panel, `[[{ name, values: [[unix time, number]] }]]`
 * @param time `{ start, end }` in unix seconds
 * @returns SVG
 */
export const pictureOf = ({ title, description, panels }, answers, time) => {
  const all = placed(panels).map((panel, index) => ({ ...panel, series: answers[index] }))
  const height = Math.max(...all.map(({ at }) => (at.y + at.h) * row)) + head + margin
  const width = 24 * column + margin
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect width="${width}" height="${height}" fill="#f6f8fa"/>`,
    words(margin, 28, title, { size: 18, weight: 'bold' }),
    words(width - margin, 28, description, { fill: faint, anchor: 'end' }),
    ...all.map((panel) => frame(panel, time)),
    '</svg>\n',
  ].join('\n')
}
