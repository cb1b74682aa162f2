/** `npm run alerts -- drill`: faults in a running shop, and the alerts that tell of them. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { root, varDir } from '../../scripts/lib/machine/paths.mjs'
import { ensureMonitors } from '../../scripts/lib/observability/programs.mjs'
import { startPrometheus } from '../../scripts/lib/observability/prometheus-server.mjs'
import { runbookQueries } from '../../scripts/lib/observability/runbooks.mjs'
import { createSay } from '../../scripts/lib/terminal/say.mjs'
import { startChaosShop } from '../chaos/shop/start.mjs'
import { startAlertmanager } from './alertmanager.mjs'
import { drillFaults } from './faults.ts'
import { drillReport, isGood } from './report.ts'
import { startShoppers } from './shoppers.ts'
import { seeClear, seeFire } from './watch.ts'

const help = `npm run alerts -- drill [OPTIONS]

Starts a private shop with Prometheus and Alertmanager, makes faults in it, sees each alert fire, mends the fault and sees it clear.

  --only a,b     only faults whose alerts are named
  --scale N      how many times shorter windows, waits and ages are (15)
  --shoppers N   who buy meanwhile (4)
  --keep         writes the report to docs/observability, too

Exit code 1 when an alert did not fire or did not clear.`

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    only: { type: 'string', default: '' },
    scale: { type: 'string', default: '15' },
    shoppers: { type: 'string', default: '4' },
    keep: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
})
if (values.help || positionals.join() !== 'drill') {
  console.log(help)
  process.exit(values.help ? 0 : 2)
}

const say = createSay()
const home = path.join(varDir, 'runs', 'drill')
const scale = Number(values.scale)
const only = values.only.split(',').filter(Boolean)

const wanted = drillFaults.filter(
  ({ expects }) => only.length === 0 || expects.some(({ alert }) => only.includes(alert)),
)

const drill = async (fault, shop, eyes, goods) => {
  say.line(`> ${fault.what}`)
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

const drillAll = async (shop) => {
  const { prometheus, alertmanager, missing } = await ensureMonitors(say, shop.logDir)
  if (missing) throw new Error(`No Prometheus: ${missing}`)
  const { run, logDir, ports } = shop
  const alarm = await startAlertmanager({
    program: alertmanager,
    folder: path.join(home, 'alertmanager'),
    run,
    log: path.join(logDir, 'alertmanager.log'),
  })
  const folder = path.join(home, 'prometheus')
  const log = path.join(logDir, 'prometheus.log')
  const started = await startPrometheus({
    prometheus,
    ports,
    scale,
    folder,
    run,
    log,
    alertmanager: alarm.address,
  })
  const eyes = { ...started, notices: alarm.notices, runbookQueries }
  const shoppers = await startShoppers(shop, Number(values.shoppers))
  const all = []
  for (const fault of wanted) all.push(await drill(fault, shop, eyes, shoppers.goods))
  await shoppers.stop()
  alarm.stop()
  return all
}

const report = (all) => {
  const text = drillReport(all, {
    at: new Date().toISOString().slice(0, 10),
    scale,
    took: say.took(),
  })
  const folder = values.keep ? path.join(root, 'docs', 'observability') : home
  mkdirSync(folder, { recursive: true })
  writeFileSync(path.join(folder, 'drill.md'), text)
  say.line(`report: ${path.relative(process.cwd(), path.join(folder, 'drill.md'))}; ${say.took()}`)
}

const shop = await startChaosShop({ home, say })
let stopping
const stop = () => (stopping ??= shop.stop())
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    await stop()
    process.exit(130)
  })
}
try {
  const all = await drillAll(shop)
  report(all)
  process.exitCode = all.every(({ seen }) => seen.every(isGood)) ? 0 : 1
} finally {
  await stop()
}
process.exit()
