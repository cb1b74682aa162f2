/** `npm run verify:alerts`: rules, their cases, their runbooks and the routes of alerts, judged by Prometheus' own tools. */
import path from 'node:path'
import { commandLine, main } from '../terminal/command-line.mjs'
import { createSay } from '../terminal/say.mjs'
import { createVerdicts } from '../terminal/verdicts.mjs'
import { shopHome } from '../machine/paths.mjs'
import { alertCases, caseFaults } from './alert-tests.mjs'
import { dashboards } from './dashboards.mjs'
import { dashboardFaults, linkFaults } from './dashboards-lint.mjs'
import { queryFaults } from './names.mjs'
import { ensureMonitors } from './programs.mjs'
import { ask, runAlertCases } from './promtool.mjs'
import { checkAlertmanager, receiverOf, routeOf, wantedRoutes } from './routes.mjs'
import { alertsOf, prometheusFolder, ruleFiles } from './rules.mjs'
import { questionQueries, runbookFaults } from './runbooks.mjs'

commandLine(`
npm run verify:alerts

Judges deploy/observability without a running shop: Prometheus' and Alertmanager's files by their own tools, every alert by its cases
(firing and silent; broken rules must fail them), every name by the schema of telemetry, every runbook, every route of an alert.
Debian's Prometheus is unpacked into the cache before the first run. The last line is "N passed, N failed".
`)

const say = createSay()
const home = path.join(shopHome, 'alerts')
const verdicts = createVerdicts(say)
const tell = (check, faults) => verdicts.tell('alerts', [{ check, faults }])

const rules = ruleFiles()
const alerts = alertsOf(rules)

const judgeTexts = () => {
  const expressions = Object.values(rules)
    .flatMap(({ groups }) => groups)
    .flatMap((group) => group.rules)
  for (const { alert, record, expr } of expressions) tell(alert ?? record, queryFaults(expr))
  for (const query of questionQueries()) tell(query, queryFaults(query))
  tell('every alert has its cases', caseFaults(alerts, alertCases()))
  tell('every alert has its runbook', runbookFaults(alerts))
  tell('every dashboard', dashboardFaults(dashboards()))
  tell('every alert has its dashboard', linkFaults(dashboards(), alerts))
}

const judgeFiles = async ({ promtool, amtool }) => {
  const config = path.join(prometheusFolder, 'prometheus.yml')
  // With --lint=all a rule that stands there twice is a fault.
  const checked = await ask(promtool, ['check', 'config', '--lint=all', '--lint-fatal', config])
  tell('prometheus.yml and its rules', checked.ok ? [] : [checked.text])
  const routes = await checkAlertmanager(amtool)
  tell('alertmanager.yml', routes.ok ? [] : [routes.text])
}

const judgeRoutes = async ({ amtool }) => {
  for (const route of wantedRoutes()) {
    const { ok, text } = await routeOf(amtool, route)
    tell(`who hears of ${JSON.stringify(route.labels)}`, ok ? [] : [text])
  }
  const wrong = await routeOf(amtool, { labels: { severity: 'page' }, receiver: 'watchdog' })
  tell('a wrong receiver is noticed', wrong.ok ? ['amtool let it pass'] : [])
  for (const rule of alerts) {
    const { ok, text } = await receiverOf(amtool, rule)
    tell(
      `who hears of ${rule.alert}`,
      ok ? [] : [`${text}, which is not for a ${rule.labels.severity}`],
    )
  }
}

const judgeCases = async ({ promtool }) => {
  const results = await runAlertCases(rules, { promtool, folder: path.join(home, 'cases') })
  for (const { alert, fires, at, ok, text } of results) {
    tell(`${alert} ${fires ? 'fires' : 'is silent'} at ${at}`, ok ? [] : [text])
  }
}

/** The same rules with another expression in place of each alert's. */
const spoilt = (expr) =>
  Object.fromEntries(
    Object.entries(rules).map(([name, { groups }]) => [
      name,
      {
        groups: groups.map((group) => ({
          ...group,
          rules: group.rules.map((rule) => (rule.alert ? { ...rule, expr } : rule)),
        })),
      },
    ]),
  )

/** A case that passes whatever the rule says proves nothing. */
const judgeByBroken = async ({ promtool }) => {
  const broken = [
    { what: 'never fires', expr: 'vector(0) > 1', caught: ({ fires }) => fires },
    { what: 'always fires', expr: 'vector(1)', caught: ({ fires }) => !fires },
  ]
  for (const { what, expr, caught } of broken) {
    const folder = path.join(home, 'broken')
    const results = await runAlertCases(spoilt(expr), { promtool, folder, wanted: caught })
    const blind = results.filter(({ alert, ok }) => ok && alert !== 'Watchdog')
    tell(
      `a rule that ${what} fails its cases`,
      blind.map(({ alert, at }) => `${alert} at ${at} does not notice`),
    )
  }
}

const isOfBudgets = (alert) => alert.startsWith('ErrorBudget')

/** Each pace of a budget has a case that no other pace fires for. */
const judgeByOnePaceLess = async ({ promtool }) => {
  for (const { alert, expr } of alerts.filter(({ alert }) => isOfBudgets(alert))) {
    const paces = expr.split(' or ')
    for (const [index, pace] of paces.entries()) {
      const rest = paces.toSpliced(index, 1).join(' or ')
      const folder = path.join(home, 'broken')
      const wanted = ({ fires }) => fires
      const results = await runAlertCases(spoilt(rest), {
        promtool,
        folder,
        wanted,
        only: alert,
      })
      const noticed = results.some(({ ok }) => !ok)
      tell(`${alert} without one pace fails a case`, noticed ? [] : [`${pace} is not tried`])
    }
  }
}

await main(async () => {
  judgeTexts()
  const programs = await ensureMonitors(say, path.join(home, 'log'))
  if (programs.missing) {
    say.line(`SKIPPED promtool, amtool and all cases of alerts: ${programs.missing}`)
  } else {
    await judgeFiles(programs)
    await judgeRoutes(programs)
    await judgeCases(programs)
    await judgeByBroken(programs)
    await judgeByOnePaceLess(programs)
  }
  say.line(`${alerts.length} alerts`)
  process.exitCode = verdicts.end()
})
