import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse, stringify } from 'yaml'
import { root } from '../machine/paths.mjs'
import { millisecondsOf, scaled } from './durations.mjs'
import { withShorterWindows } from './promql.mjs'
import { sloGroups } from './slo-rules.mjs'

/** Where Prometheus' files are. */
export const prometheusFolder = path.join(root, 'deploy', 'observability', 'prometheus')

const source = (name) => parse(readFileSync(path.join(prometheusFolder, 'source', name), 'utf8'))

/** Service level objectives as they are written. */
const objectives = () => source('slos.yaml')

/** PromQL has no word for a number of seconds that is a time: `seconds(2m)` is ours, and shrinks with the scale. */
const withNumbers = (expr, scale) =>
  expr.replaceAll(/seconds\((\w+)\)/g, (_, time) => String(millisecondsOf(time) / 1000 / scale))

const one = (rule, scale) => {
  const { alert, annotations, for: lasts, expr } = rule
  const text = withShorterWindows(withNumbers(expr, scale), scale).replaceAll(/\s+/g, ' ').trim()
  return {
    ...rule,
    expr: text,
    ...(lasts && { for: scaled(lasts, scale) }),
    ...(alert && {
      annotations: {
        ...annotations,
        dashboard: `/d/${annotations.dashboard}`,
        runbook: `docs/runbooks/${alert}.md`,
      },
    }),
  }
}

const group = ({ interval = '30s', ...rest }, scale) => ({
  ...rest,
  interval: scaled(interval, scale),
  rules: rest.rules.map((rule) => one(rule, scale)),
})

/**
 * All rule files: `{ 'alerts.yml': { groups }, 'slos.yml': { groups } }`.
 * @param scale how many times shorter every window, wait and age is: 1 in production
 */
export const ruleFiles = (scale = 1) => ({
  'alerts.yml': { groups: source('alerts.yaml').groups.map((each) => group(each, scale)) },
  'slos.yml': { groups: sloGroups(objectives()).map((each) => group(each, scale)) },
})

/** All alerts, as Prometheus gets them. */
export const alertsOf = (files) =>
  Object.values(files)
    .flatMap(({ groups }) => groups)
    .flatMap(({ rules }) => rules)
    .filter(({ alert }) => alert)

const head = `# Generated from ../source by "npm run generate". Do not edit.\n`

/** The text of a rule file. */
export const ruleText = (file) =>
  head + stringify(file, { lineWidth: 0, aliasDuplicateObjects: false })

/** The same for Prometheus' operator. */
const ruleObject = (files) =>
  `# Generated from deploy/observability/prometheus/source by "npm run generate". Do not edit.\n${stringify(
    {
      apiVersion: 'monitoring.coreos.com/v1',
      kind: 'PrometheusRule',
      metadata: { name: 'micromart', namespace: 'micromart-edge' },
      spec: { groups: Object.values(files).flatMap(({ groups }) => groups) },
    },
    { lineWidth: 0, aliasDuplicateObjects: false },
  )}`

/** What `npm run generate` writes: path in the checkout and text. */
export const generatedRules = () => {
  const files = ruleFiles()
  return {
    ...Object.fromEntries(
      Object.entries(files).map(([name, file]) => [
        `deploy/observability/prometheus/rules/${name}`,
        ruleText(file),
      ]),
    ),
    'deploy/kubernetes/components/alert-rules/rules.yaml': ruleObject(files),
  }
}
