#!/usr/bin/env node
import path from 'node:path'
import { ensureDependencies, checkNode } from './lib/machine/dependencies.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { numberedTests } from './lib/security/numbered-tests.mjs'
import { cleanUp, readRun, starterIsAlive } from './lib/shop/run-file.mjs'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { Fault } from './lib/terminal/fault.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { stopOnSignals } from './lib/terminal/signals.mjs'

const help = `
npm run test:security [-- OPTIONS]

Every test of the check-list (docs/security/checklist.md), by the numbers in their names: beside the code, on real stores,
and on a whole shop that is started for it; then random requests to that shop, made from its OpenAPI document.

  --requests N    random requests at least (10000); 0 leaves them out
  --seed N        what they are made of (a random one, which is printed)
  --only S31,S64  these lines alone, and no random requests
  --list          says which lines and tests there are, and runs nothing

The last line is "N passed, N failed".
`

const { values } = commandLine(help, {
  requests: { type: 'string', default: '10000' },
  seed: { type: 'string', default: String(Math.floor(Math.random() * 1e9)) },
  only: { type: 'string' },
  list: { type: 'boolean' },
})

const wanted = values.only?.split(',').map((text) => Number(text.trim().replace(/^S/i, '')))
const tests = numberedTests().filter(
  ({ numbers }) => !wanted || numbers.some((number) => wanted.includes(number)),
)

if (values.list) {
  for (const { file, numbers, name } of tests) {
    console.log(`${numbers.map((number) => `S${number}`).join(' ')}  ${file}: ${name}`)
  }
  process.exit(0)
}

/** Of a whole name, with those of the groups around it. */
const pattern = wanted ? `\\bS(${wanted.join('|')}) ` : '\\bS\\d{1,2} '
const files = [...new Set(tests.map(({ file }) => file))]
const fuzzes = !wanted && Number(values.requests) > 0
const stages = ['unit', 'service', 'e2e', ...(fuzzes ? ['fuzz'] : [])]

const home = path.join(shopHome, 'security')
const say = createSay()

const report = ({ totals, times }) => {
  const lines = new Set(tests.flatMap(({ numbers }) => numbers)).size
  say.line(`\n${times.map(({ name, took }) => `${name} ${took}`).join(', ')}; in all ${say.took()}`)
  say.line(`${lines} lines of the check-list, ${files.length} files`)
  say.line(`${totals.passed} passed, ${totals.failed} failed`)
}

await main(async () => {
  if (files.length === 0)
    throw new Fault(`No test holds ${values.only}`, { advice: 'Look at --list.' })
  checkNode()
  const run = readRun(home)
  if (starterIsAlive(run)) {
    throw new Fault(
      `The security tests of this checkout run already (process ${run.starter.pid})`,
      {
        advice: 'Wait for them, or end them by Ctrl-C there.',
      },
    )
  }
  await cleanUp(home)
  const { beginRun } = await import('./lib/shop/prepare-shop.mjs')
  const { stopRun } = await import('./lib/shop/shop.mjs')
  const own = beginRun(home)
  const stop = () => stopRun(own, path.join(home, 'shop'))
  const { begun: isOver } = stopOnSignals({ run: own, say, stop })
  try {
    await ensureDependencies(say, path.join(home, 'log'))
    const { runStages } = await import('./lib/tests/stages.mjs')
    process.env.MICROMART_FUZZ_REQUESTS = values.requests
    process.env.MICROMART_FUZZ_SEED = values.seed
    const jestArgs = ['--testNamePattern', pattern, ...files]
    const results = await runStages(stages, { home, run: own, say, jestArgs, isOver })
    await stop()
    report(results)
    process.exit(results.totals.failed > 0 || results.broken ? 1 : 0)
  } catch (error) {
    await stop()
    throw error
  }
})
