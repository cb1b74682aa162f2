/** `npm run verify:backup`: see docs/backup.md. */
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ensureClients } from '../../scripts/lib/backup/programs.mjs'
import { root, varDir } from '../../scripts/lib/machine/paths.mjs'
import { commandLine, main } from '../../scripts/lib/terminal/command-line.mjs'
import { createSay } from '../../scripts/lib/terminal/say.mjs'
import { createVerdicts } from '../../scripts/lib/terminal/verdicts.mjs'
import { startPulse } from '../chaos/machine/pulse.ts'
import { withChaosShop } from '../chaos/shop/start.mjs'
import { checksOf } from './checks.mjs'
import { playRecovery } from './play.mjs'
import { recoveryReport } from './report.mjs'

const help = `
npm run verify:backup [-- OPTIONS]

A private shop is backed up under load and loses a database under load; all its stores are restored to one instant before that, and
balanced against the provider's ledger. Then it sells on, and its books have to agree. The last line is "N passed, N failed".

  --seed N         what shoppers do; printed, random without
  --seconds N      how long they buy between the backup and the loss (30)
  --workers N      shoppers at once (6)
  --lost N         how many seconds the instant lies before the loss, at least (8): what happened since is gone
  --no-reconcile   leaves the balancing out: the books have to complain
  --keep           writes the report to docs/reliability/backup.md
`

const { values } = commandLine(help, {
  seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
  seconds: { type: 'string', default: '30' },
  workers: { type: 'string', default: '6' },
  lost: { type: 'string', default: '8' },
  'no-reconcile': { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
})

const numbers = Object.fromEntries(
  ['seconds', 'workers', 'lost'].map((name) => [name, Number(values[name])]),
)
for (const [name, number] of Object.entries(numbers)) {
  if (Number.isInteger(number) && number > 0) continue
  console.error(`--${name} ${values[name]} is no number of ${name}\n\n${help.trim()}`)
  process.exit(2)
}

const say = createSay()
const { tell, end } = createVerdicts(say)
const home = path.join(varDir, 'runs', 'recovery')
const folder = path.join(varDir, 'recovery')

await main(async () => {
  mkdirSync(folder, { recursive: true })
  const programs = await ensureClients(say, folder)
  const pulse = startPulse()
  const settings = {
    seed: values.seed,
    seconds: numbers.seconds,
    workers: numbers.workers,
    lostSeconds: numbers.lost,
    reconciles: !values['no-reconcile'],
    folder,
    programs,
    pulse,
    say,
  }
  say.line(`seed ${values.seed}`)
  const facts = await withChaosShop({ home, logged: true, say }, (shop) =>
    playRecovery(shop, settings),
  )
  tell('the recovery', checksOf(facts))
  const text = recoveryReport(facts, settings)
  writeFileSync(path.join(folder, 'report.md'), text)
  if (values.keep) writeFileSync(path.join(root, 'docs', 'reliability', 'backup.md'), text)
  say.line(`report: ${path.relative(process.cwd(), path.join(folder, 'report.md'))}`)
  process.exit(end())
})
