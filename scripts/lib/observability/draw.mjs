import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { dashboards, plainQuery } from './dashboards.mjs'
import { pictureOf } from './pictures.mjs'

const points = 75

const named = (legend, metric) =>
  legend.replaceAll(/\{\{(\w+)\}\}/g, (_, label) => metric[label] ?? '').trim()

/**
 * Draws all dashboards as they were over some minutes.
 * @param prometheus what `startPrometheus` gives
 * @param time `{ start, end }` in unix seconds
 * @returns the files
 */
export const drawDashboards = async (prometheus, folder, time) => {
  const range = Math.round(time.end - time.start)
  const given = { window: '20s', range: `${range}s` }
  const step = Math.max(1, Math.round(range / points))
  const answerOf = async (kind, [legend, query]) => {
    const start = kind === 'timeseries' ? time.start : time.end
    const found = await prometheus.range(plainQuery(query, given), { ...time, start, step })
    return found.map(({ metric, values }) => ({ name: named(legend, metric), values }))
  }
  const answersOf = async ({ kind = 'timeseries', queries }) =>
    (await Promise.all(Object.entries(queries).map((query) => answerOf(kind, query)))).flat()
  mkdirSync(folder, { recursive: true })
  const files = []
  for (const dashboard of dashboards()) {
    const answers = await Promise.all(dashboard.panels.map(answersOf))
    const file = path.join(folder, `${dashboard.name}.svg`)
    writeFileSync(file, pictureOf(dashboard, answers, time))
    files.push(file)
  }
  return files
}
