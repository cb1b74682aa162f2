import { readFileSync } from 'node:fs'
import path from 'node:path'
import { parse } from 'yaml'
import { prometheusFolder } from './rules.mjs'

/** Cases by alert, as tests/alerts.yaml holds them. */
export const alertCases = () =>
  parse(readFileSync(path.join(prometheusFolder, 'tests', 'alerts.yaml'), 'utf8'))

const expected = ({ labels, annotations }, { labels: own, summary }) => ({
  exp_labels: { ...labels, ...own },
  exp_annotations: { ...annotations, summary },
})

const promtoolTest = (rule, { series, others, at, every = '1m', fires }) => ({
  interval: every,
  name: rule.alert,
  input_series: Object.entries({ ...others, ...series }).map(([name, values]) => ({
    series: name,
    values,
  })),
  alert_rule_test: [
    { eval_time: at, alertname: rule.alert, exp_alerts: fires ? [expected(rule, fires)] : [] },
  ],
})

/**
 * A case as promtool's own file.
 * @param ruleFile of the alert and what it is made of: other rules would only take time
 * @param groups in that file: promtool takes them in any order, and what is recorded after it was asked for is not there
 */
export const caseFile = (rule, ruleFile, groups, each) => ({
  rule_files: [ruleFile],
  group_eval_order: groups.map(({ name }) => name),
  evaluation_interval: each.evaluated ?? each.every ?? '1m',
  tests: [promtoolTest(rule, each)],
})

/** What the table of cases lacks: an alert without a case of each kind, a case of no alert. */
export const caseFaults = (rules, cases) => {
  const names = rules.map(({ alert }) => alert)
  const lacking = names.flatMap((name) => {
    const own = cases[name] ?? []
    const faults = []
    if (!own.some(({ fires }) => fires)) faults.push(`${name} has no case in which it fires`)
    // Watchdog always fires: that is its use.
    if (name !== 'Watchdog' && !own.some(({ fires }) => !fires))
      faults.push(`${name} has no case in which it is silent`)
    return faults
  })
  const foreign = Object.keys(cases).filter((name) => !names.includes(name))
  return [...lacking, ...foreign.map((name) => `there are cases of ${name}, which is no alert`)]
}
