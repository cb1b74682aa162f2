/** `npm run chaos`: see docs/reliability/README.md. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { varDir } from '../../scripts/lib/machine/paths.mjs'
import { createSay } from '../../scripts/lib/terminal/say.mjs'
import { runBreakers } from './breakers/run-breakers.ts'
import { runBroken } from './broken/run-broken.mjs'
import { check, countsOf, vacuous } from './checker/check.ts'
import { experiment } from './experiment.ts'
import { flashSale } from './load/flash.ts'
import { runMatrix } from './matrix/run-matrix.ts'
import { conditions, writeReport } from './report/write.ts'
import { startChaosShop } from './shop/start.mjs'

const help = `npm run chaos [-- OPTIONS]

  --seed N        what is played and what goes wrong; printed, random without
  --minutes N     length of the load (1)
  --workers N     shoppers at once (8)
  --faults a,b    only these: categories (kill, stop, store, network, provider, events, consumer, rolling, disk, clock)
                  or names, such as reset:order-mysql
  --only a,b      only these workloads; "flash" is a sale of 20 units to 200 buyers without faults
  --matrix        every step of a checkout, broken at each point in each way; --steps a,b of them
  --breakers      every circuit breaker of the checkout through its states
  --broken        builds with a known fault, each of which the checker must fail
  --patience N    seconds that the shop may take to come to rest (80)
  --report DIR    where report.md, report.json and timeline.svg go (var/chaos/<seed>)

Exit code 1 when an invariant is broken, or when the run proves nothing.`

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    minutes: { type: 'string', default: '1' },
    workers: { type: 'string', default: '8' },
    faults: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    steps: { type: 'string', default: '' },
    patience: { type: 'string', default: '80' },
    report: { type: 'string' },
    matrix: { type: 'boolean', default: false },
    breakers: { type: 'boolean', default: false },
    broken: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h' },
  },
})

if (options.help) {
  console.log(help)
  process.exit(0)
}

const list = (text) => text.split(',').filter(Boolean)

const say = createSay()
const { seed } = options
const special = list(options.only).includes('flash') ? 'flash' : 'load'
const mode = ['matrix', 'breakers', 'broken'].find((name) => options[name]) ?? special
const command = `npm run chaos -- ${process.argv.slice(2).join(' ')}`.trim()
const report = path.resolve(
  options.report ?? path.join(varDir, 'chaos', mode === 'load' ? seed : mode),
)

const settings = {
  seed,
  minutes: Number(options.minutes),
  workers: Number(options.workers),
  faults: list(options.faults),
  only: list(options.only),
  steps: list(options.steps),
  report,
  patienceMs: Number(options.patience) * 1000,
  say: say.line,
}

const load = async (shop) => {
  const evidence = await experiment(shop, settings)
  const violations = check(evidence)
  writeReport(report, evidence, violations, conditions({ ...settings, command }))
  const empty = vacuous(countsOf(evidence))
  for (const { invariant, what } of violations.slice(0, 60)) say.line(`  ${invariant}: ${what}`)
  say.line(
    `${violations.length} violations${empty.length > 0 ? `; proves nothing: ${empty.join(', ')} is zero` : ''}`,
  )
  return violations.length === 0 && empty.length === 0
}

const modes = {
  load,
  flash: (shop) => flashSale(shop, settings),
  matrix: (shop) => runMatrix(shop, settings),
  breakers: (shop) => runBreakers(shop, settings),
}

const play = async () => {
  const home = path.join(varDir, 'runs', `chaos-${mode === 'load' ? seed : mode}`)
  const tell = (what) => say.line(`  ! ${what}`)
  const shop = await startChaosShop({ home, say, tell, trapped: mode === 'matrix' })
  let stopping
  const stop = () => (stopping ??= shop.stop())
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, async () => {
      await stop()
      process.exit(130)
    })
  }
  try {
    return await modes[mode](shop)
  } finally {
    await stop()
  }
}

mkdirSync(report, { recursive: true })
say.line(`seed ${seed}: ${command.includes('--seed') ? command : `${command} --seed ${seed}`}`)
const good = options.broken ? await runBroken(settings) : await play()
say.line(`report: ${path.relative(process.cwd(), report)}; ${say.took()}`)
process.exitCode = good ? 0 : 1
