/** `npm run alerts -- drill`: faults in a running shop, and the alerts that tell of them; `draw`: dashboards of one without. */
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root, varDir } from '../../scripts/lib/machine/paths.mjs'
import { drawDashboards } from '../../scripts/lib/observability/draw.mjs'
import { ensureMonitors } from '../../scripts/lib/observability/programs.mjs'
import { startPrometheus } from '../../scripts/lib/observability/prometheus-server.mjs'
import { runbookQueries } from '../../scripts/lib/observability/runbooks.mjs'
import { sendShoppers } from '../../scripts/lib/demo/shopper.mjs'
import { commandLine } from '../../scripts/lib/terminal/command-line.mjs'
import { createSay } from '../../scripts/lib/terminal/say.mjs'
import { createVerdicts } from '../../scripts/lib/terminal/verdicts.mjs'
import { withChaosShop } from '../chaos/shop/start.mjs'
import { startAlertmanager } from './alertmanager.mjs'
import { checkBooks, drillFaults } from './faults.ts'
import { drillReport, missedBy } from './report.ts'
import { startShoppers } from './shoppers.ts'
import { seeClear, seeFire } from './watch.ts'

const help = `npm run alerts -- drill|draw [OPTIONS]

Starts a private shop with Prometheus and Alertmanager.

  drill          makes faults in it, sees each alert fire, mends the fault and sees it clear: a report
  draw           lets shoppers buy for some minutes without a fault, and draws all dashboards

  --only a,b     only faults whose alerts are named
  --minutes N    how long shoppers buy before pictures are drawn (4)
  --scale N      how many times shorter windows, waits and ages are (15)
  --shoppers N   who buy meanwhile (4)
  --keep         writes to docs/observability instead of var/runs/drill

The last line of a drill is "N passed, N failed": alerts that fired and cleared, and those that did not.`

const { values, positionals } = commandLine(
  help,
  {
    only: { type: 'string', default: '' },
    minutes: { type: 'string', default: '4' },
    scale: { type: 'string', default: '15' },
    shoppers: { type: 'string', default: '4' },
    keep: { type: 'boolean', default: false },
  },
  { positionals: true },
)
const [task] = positionals
if (positionals.length !== 1 || !['drill', 'draw'].includes(task)) {
  console.error(
    `${task ? `No such task: ${positionals.join(' ')}` : 'What shall be done?'}\n\n${help}`,
  )
  process.exit(2)
}

const say = createSay()
const { tell, end } = createVerdicts(say)
const home = path.join(varDir, 'runs', 'drill')
const kept = path.join(root, 'docs', 'observability')
/** Pictures that the docs show; the others are drawn alike. */
const isShown = (file) => !file.endsWith('.svg') || /(overview|checkout|slo)\.svg$/.test(file)
const scale = Number(values.scale)
const only = values.only.split(',').filter(Boolean)

const drilled = new Set(drillFaults.flatMap(({ expects }) => expects.map(({ alert }) => alert)))
const unknown = only.filter((alert) => !drilled.has(alert))
if (unknown.length > 0) {
  console.error(`No fault raises ${unknown.join(', ')}; there are: ${[...drilled].join(', ')}`)
  process.exit(2)
}
const wanted = drillFaults.filter(
  ({ expects }) => only.length === 0 || expects.some(({ alert }) => only.includes(alert)),
)

const drillOne = async (fault, shop, eyes, goods) => {
  say.line(`> ${fault.what}`)
  // What still burns from the fault before would be taken for this one's.
  for (const each of fault.expects) await seeClear(eyes, each, Date.now())
  const began = Date.now()
  await fault.arm(shop, goods)
  const fired = await Promise.all(fault.expects.map((each) => seeFire(eyes, each, began)))
  await fault.heal(shop, goods)
  const healedAt = Date.now()
  const seen = await Promise.all(fired.map((each) => seeClear(eyes, each, healedAt)))
  for (const { alert, firedAfter = 'never', clearedAfter = 'never', receiver = '-' } of seen) {
    say.line(
      `    ${alert}: fired after ${firedAfter} s, cleared after ${clearedAfter} s, heard by ${receiver}`,
    )
  }
  return { what: fault.what, seen }
}

const startMonitors = async ({ run, logDir, ports }) => {
  const { prometheus, alertmanager, missing } = await ensureMonitors(say, logDir)
  if (missing) throw new Error(`No Prometheus: ${missing}`)
  const alarm = await startAlertmanager({
    program: alertmanager,
    folder: path.join(home, 'alertmanager'),
    run,
    log: path.join(logDir, 'alertmanager.log'),
  })
  const folder = path.join(home, 'prometheus')
  const log = path.join(logDir, 'prometheus.log')
  const { address, notices } = alarm
  const settings = { prometheus, ports, scale, folder, run, log, alertmanager: address }
  return { ...(await startPrometheus(settings)), notices, runbookQueries, stop: alarm.stop }
}

const report = (all) => {
  const at = new Date().toISOString().slice(0, 10)
  const text = drillReport(all, { at, scale, took: say.took() })
  const folder = values.keep ? kept : home
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'drill.md'), text)
  say.line(`report: ${path.relative(process.cwd(), path.join(folder, 'drill.md'))}`)
}

const verdictOf = (seen) => ({ check: seen.alert, faults: missedBy(seen) })

const drill = async (shop, monitors) => {
  const { goods, stop } = await startShoppers(shop, Number(values.shoppers))
  const all = []
  for (const fault of wanted) all.push(await drillOne(fault, shop, monitors, goods))
  await stop()
  report(all)
  for (const { what, seen } of all) tell(what, seen.map(verdictOf))
  return end()
}

const draw = async (shop, monitors) => {
  const start = Date.now() / 1000
  const { stop } = await startShoppers(shop, Number(values.shoppers))
  while (Date.now() / 1000 < start + values.minutes * 60) {
    await sendShoppers({ shop: shop.gateway, kind: 'buy', count: 20, atOnce: 2 })
    await checkBooks(shop)
  }
  await stop()
  const folder = path.join(home, 'dashboards')
  const files = await drawDashboards(monitors, folder, { start, end: Date.now() / 1000 })
  for (const file of files) say.line(`drawn: ${path.relative(process.cwd(), file)}`)
  if (values.keep) cpSync(folder, kept, { recursive: true, filter: isShown })
  say.line(say.took())
  return 0
}

await withChaosShop({ home, say }, async (shop) => {
  const monitors = await startMonitors(shop)
  process.exitCode = await { drill, draw }[task](shop, monitors)
  monitors.stop()
})
process.exit()
