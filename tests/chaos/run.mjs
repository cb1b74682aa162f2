/** `npm run chaos`: see docs/reliability/README.md. */
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { root, varDir } from '../../scripts/lib/machine/paths.mjs'
import { commandLine } from '../../scripts/lib/terminal/command-line.mjs'
import { createSay } from '../../scripts/lib/terminal/say.mjs'
import { check, countsOf, vacuous } from './checker/check.ts'
import { experiment } from './experiment.ts'
import { scenarios } from './load/scenarios.ts'
import { startPulse } from './machine/pulse.ts'
import { stepOption } from './matrix/cases.ts'
import { steps } from './matrix/steps.ts'
import { runProofs } from './proof/run-proofs.ts'
import { conditions, keepPages, writeEvidence, writeReport } from './report/write.ts'
import { withChaosShop } from './shop/start.mjs'

const help = `npm run chaos [-- OPTIONS]

Faults under load, sixteen invariants afterwards:
  --seed N        what is played and what goes wrong; printed, random without
  --minutes N     length of the load (1)
  --workers N     shoppers at once (8)
  --faults a,b    only these: categories (kill, stop, store, network, provider, events, consumer, rolling, disk, clock)
                  or names, such as reset:order-mysql
  --only a,b      only these workloads
  --sale          begins with a sale of 20 units to 200 buyers, 32 at once, without faults

Other proofs, alone or several on one shop:
  --matrix        every step of a checkout, broken at each point in each way (two hours); --steps a,b of them;
                  --resume plays only what the last report (or the one that is kept) lacks
  --breakers      every circuit breaker of the checkout through its states
  --broken        builds with a known fault, each of which the checker must fail
  --cover         of the matrix only some cases, which follow from the seed: every step and every fault at least once;
                  the builds without a try of the sound one

  --patience N    seconds that the shop may take to come to rest (60)
  --report DIR    where reports go (var/chaos/<seed>)
  --keep          also where they are committed: docs/reliability

Exit code 1 when an invariant is broken, a proof fails, or the run proves nothing. Seconds are those of a machine that does
nothing else: time for which others keep it busy is measured and left out.`

const { values: options } = commandLine(help, {
  seed: { type: 'string', default: String(Math.floor(Math.random() * 1_000_000)) },
  minutes: { type: 'string', default: '1' },
  workers: { type: 'string', default: '8' },
  faults: { type: 'string', default: '' },
  only: { type: 'string', default: '' },
  steps: { type: 'string', default: '' },
  patience: { type: 'string', default: '60' },
  report: { type: 'string' },
  matrix: { type: 'boolean', default: false },
  breakers: { type: 'boolean', default: false },
  broken: { type: 'boolean', default: false },
  cover: { type: 'boolean', default: false },
  resume: { type: 'boolean', default: false },
  sale: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
})

const list = (text) => text.split(',').filter(Boolean)

/** A name that nothing has would leave out silently what was asked for. */
const known = (option, text, names) => {
  const unknown = list(text).filter((name) => !names.includes(name))
  if (unknown.length === 0) return list(text)
  console.error(`--${option}: there is no ${unknown.join(', ')}; there are: ${names.join(', ')}`)
  process.exit(2)
}

const say = createSay()
const { seed, matrix, breakers, broken, cover, resume, keep } = options
const wanted = {
  matrix,
  breakers,
  broken,
  cover,
  resume,
  steps: known('steps', options.steps, steps.map(stepOption)),
}
const proofs = ['matrix', 'breakers', 'broken'].filter((name) => wanted[name])
const mode = proofs.length > 0 ? 'proofs' : 'load'
const name = proofs.join('-') || seed
const given = process.argv.slice(2).filter((word) => word !== '--keep')
const command = `npm run chaos -- ${given.includes('--seed') ? given.join(' ') : [...given, '--seed', seed].join(' ')}`
const report = path.resolve(options.report ?? path.join(varDir, 'chaos', name))

const settings = {
  seed,
  minutes: Number(options.minutes),
  workers: Number(options.workers),
  faults: list(options.faults),
  only: known('only', options.only, Object.keys(scenarios)),
  sale: options.sale,
  report,
  command,
  patienceMs: Number(options.patience) * 1000,
  pulse: startPulse(),
  say: say.line,
}

const underLoad = async (shop) => {
  const evidence = await experiment(shop, settings)
  const violations = check(evidence)
  const { minutes, workers } = settings
  const of = { ...conditions(command), seed, minutes, workers }
  writeReport(report, { evidence, violations, of })
  writeEvidence(report, evidence)
  if (keep) {
    const folder = `${of.at.slice(0, 10)}-seed-${seed}`
    writeReport(path.join(root, 'docs', 'reliability', 'runs', folder), {
      evidence,
      violations,
      of,
    })
  }
  const empty = vacuous(countsOf(evidence))
  for (const { invariant, what } of violations.slice(0, 60)) say.line(`  ${invariant}: ${what}`)
  say.line(
    `${violations.length} violations${empty.length > 0 ? `; proves nothing: ${empty.join(', ')} is zero` : ''}`,
  )
  return violations.length === 0 && empty.length === 0
}

const modes = {
  load: underLoad,
  proofs: async (shop) => {
    const good = await runProofs(shop, settings, wanted)
    if (keep) keepPages(report, path.join(root, 'docs', 'reliability'))
    return good
  },
}

const play = () => {
  const home = path.join(varDir, 'runs', `chaos-${name}`)
  const tell = (what) => say.line(`  ! ${what}`)
  const trapped = mode === 'proofs'
  // A held call must come before the webhook that makes it needless.
  const env = trapped ? { PROVIDER_SETTLE_SECONDS: '4' } : {}
  return withChaosShop({ home, say, tell, trapped, env }, modes[mode])
}

mkdirSync(report, { recursive: true })
say.line(`seed ${seed}: ${command}`)
const good = await play()
const { foreign, slowdown } = settings.pulse.machine()
say.line(
  `others did ${Math.round(foreign * 100)} % of the machine's work, which made the run ${slowdown.toFixed(2)} times as long`,
)
say.line(`report: ${path.relative(process.cwd(), report)}; ${say.took()}`)
process.exitCode = good ? 0 : 1
