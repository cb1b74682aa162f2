import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { root } from '../machine/paths.mjs'

const folder = path.join(root, 'deploy', 'observability', 'grafana')

/** Dashboards as they are written: `[{ name, uid, title, description, chooses, panels: [{ title, unit, kind, queries }] }]`. */
export const dashboards = () =>
  readdirSync(path.join(folder, 'source'))
    .toSorted()
    .map((file) => ({
      name: path.basename(file, '.yaml'),
      ...parse(readFileSync(path.join(folder, 'source', file), 'utf8')),
    }))

/** A query as Prometheus takes it: Grafana's variables have values. */
export const plainQuery = (query, { window = '5m', range = '1h', choice = '.*' } = {}) =>
  query
    .replaceAll('$__rate_interval', window)
    .replaceAll('$__range', range)
    .replaceAll(/\$\w+/g, choice)

const datasource = { type: 'prometheus', uid: 'prometheus' }
const widths = { stat: 6, table: 12, timeseries: 12 }
const heights = { stat: 6, table: 6, timeseries: 8 }

const options = {
  stat: { reduceOptions: { calcs: ['lastNotNull'] }, colorMode: 'value' },
  table: { showHeader: true },
  timeseries: {
    legend: { displayMode: 'list', placement: 'bottom', showLegend: true },
    tooltip: { mode: 'multi', sort: 'desc' },
  },
}

const target = ([legend, expr], index, kind) => ({
  refId: String.fromCharCode(65 + index),
  datasource,
  expr,
  legendFormat: legend,
  ...(kind !== 'timeseries' && { instant: true }),
  ...(kind === 'table' && { format: 'table' }),
})

/** Panels from left to right, in rows of 24 columns. */
export const placed = (panels) => {
  let [x, y, deepest] = [0, 0, 0]
  return panels.map((panel) => {
    const kind = panel.kind ?? 'timeseries'
    const [w, h] = [widths[kind], heights[kind]]
    if (x + w > 24) [x, y, deepest] = [0, y + deepest, 0]
    const at = { x, y, w, h }
    x += w
    deepest = Math.max(deepest, h)
    return { ...panel, kind, at }
  })
}

const panelJson = ({ title, unit, kind, queries, at }, index) => ({
  id: index + 1,
  type: kind,
  title,
  datasource,
  gridPos: at,
  fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
  options: options[kind],
  targets: Object.entries(queries).map((query, number) => target(query, number, kind)),
})

const variable = (name) => ({
  name,
  label: name,
  type: 'query',
  datasource,
  query: { query: `label_values(up{job="micromart-app"}, ${name})`, refId: name },
  refresh: 2,
  sort: 1,
  multi: true,
  includeAll: true,
  allValue: '.*',
  current: { text: 'All', value: '$__all' },
})

/** Grafana's own shape of a dashboard. */
export const dashboardJson = ({ uid, title, description, chooses, panels }) => ({
  uid,
  title: `MicroMart: ${title}`,
  description,
  tags: ['micromart'],
  schemaVersion: 39,
  editable: false,
  graphTooltip: 1,
  refresh: '30s',
  time: { from: 'now-1h', to: 'now' },
  timezone: 'utc',
  templating: { list: chooses ? [variable(chooses)] : [] },
  annotations: { list: [] },
  links: [
    {
      type: 'dashboards',
      tags: ['micromart'],
      title: 'MicroMart',
      asDropdown: true,
      keepTime: true,
    },
  ],
  panels: placed(panels).map(panelJson),
})

/** What `npm run generate` writes: path in the checkout and text. */
export const generatedDashboards = () =>
  Object.fromEntries(
    dashboards().map((each) => [
      `deploy/observability/grafana/dashboards/${each.name}.json`,
      JSON.stringify(dashboardJson(each), undefined, 2),
    ]),
  )
