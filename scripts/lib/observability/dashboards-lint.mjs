import { queryFaults } from './names.mjs'
import { plainQuery } from './dashboards.mjs'

const units = ['short', 'percentunit', 's', 'ms', 'bytes', 'reqps']

const twice = (names) => names.filter((name, index) => names.indexOf(name) !== index)

const legendFaults = (legend, expr) =>
  [...legend.matchAll(/\{\{(\w+)\}\}/g)]
    .map(([, label]) => label)
    .filter((label) => / by \(/.test(expr) && !new RegExp(` by \\([^)]*\\b${label}\\b`).test(expr))
    .map((label) => `its legend shows ${label}, which the query takes away`)

const panelFaults = ({ title, unit, queries = {} }, chooses) => {
  const faults = Object.entries(queries).flatMap(([legend, expr]) => [
    ...queryFaults(plainQuery(expr)),
    ...legendFaults(legend, expr),
    ...[...expr.matchAll(/\$(?!__)(\w+)/g)]
      .filter(([, name]) => name !== chooses)
      .map(([, name]) => `nobody chooses ${name}`),
    ...(/rate\([^)]*\[\d/.test(expr)
      ? ['its window does not follow the zoom: $__rate_interval']
      : []),
  ])
  if (!units.includes(unit)) faults.push(`has no unit of ${units.join(', ')}`)
  if (Object.keys(queries).length === 0) faults.push('shows nothing')
  return faults.map((fault) => `${title}: ${fault}`)
}

/** What is wrong with dashboards: `[text]`; names, units, legends, and what stands there twice. */
export const dashboardFaults = (all) => [
  ...twice(all.map(({ uid }) => uid)).map((uid) => `${uid} is there twice`),
  ...all.flatMap(({ name, uid, chooses, panels }) => [
    ...(uid === `micromart-${name}` ? [] : [`${name}: its uid is ${uid}`]),
    ...twice(panels.map(({ title }) => title)).map((title) => `${name}: two panels are "${title}"`),
    ...panels.flatMap((panel) => panelFaults(panel, chooses)).map((fault) => `${name}: ${fault}`),
  ]),
]

/** Alerts that lead to a dashboard that is not there. */
export const linkFaults = (all, alerts) => {
  const known = new Set(all.map(({ uid }) => `/d/${uid}`))
  return alerts
    .filter(({ annotations }) => !known.has(annotations.dashboard))
    .map(({ alert, annotations }) => `${alert}: there is no ${annotations.dashboard}`)
}
