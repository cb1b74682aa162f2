/** `npm run chaos`: see docs/reliability/README.md. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { varDir } from '../../scripts/lib/machine/paths.mjs'
import { createSay } from '../../scripts/lib/terminal/say.mjs'
import { check, countsOf, vacuous } from './checker/check.ts'
import { experiment } from './experiment.ts'
import { startChaosShop } from './shop/start.mjs'

const { values: options } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
    minutes: { type: 'string', default: '1' },
    workers: { type: 'string', default: '8' },
    faults: { type: 'string', default: '' },
    only: { type: 'string', default: '' },
    report: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
  },
})

const list = (text) => text.split(',').filter(Boolean)

const say = createSay()
const home = path.join(varDir, 'runs', `chaos-${options.seed}`)
const report = path.resolve(options.report ?? path.join(varDir, 'chaos', options.seed))
mkdirSync(report, { recursive: true })

say.line(
  `chaos with seed ${options.seed}: npm run chaos -- --seed ${options.seed} --minutes ${options.minutes}`,
)
const shop = await startChaosShop({ home, say, tell: (what) => say.line(`  ! ${what}`) })
let stopping
const stop = () => (stopping ??= shop.stop())
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, async () => {
    await stop()
    process.exit(130)
  })
}
try {
  const evidence = await experiment(shop, {
    seed: options.seed,
    minutes: Number(options.minutes),
    workers: Number(options.workers),
    faults: list(options.faults),
    only: list(options.only),
    report,
    say: say.line,
  })
  const violations = check(evidence)
  writeFileSync(path.join(report, 'evidence.json'), JSON.stringify(evidence))
  const empty = vacuous(countsOf(evidence))
  for (const { invariant, what } of violations.slice(0, 60)) say.line(`  ${invariant}: ${what}`)
  say.line(
    `${violations.length} violations; ${empty.length ? `vacuous: ${empty}` : 'not vacuous'}; ${say.took()}`,
  )
  process.exitCode = violations.length > 0 || empty.length > 0 ? 1 : 0
} finally {
  await stop()
}
