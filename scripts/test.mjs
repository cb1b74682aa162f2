#!/usr/bin/env node
import path from 'node:path'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { Fault } from './lib/terminal/fault.mjs'
import { shopHome } from './lib/machine/paths.mjs'
import { cleanUp, readRun, starterIsAlive } from './lib/shop/run-file.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { stopOnSignals } from './lib/terminal/signals.mjs'

const stages = ['unit', 'service', 'e2e', 'fuzz']

const help = `
npm test                              all of it
npm run test:unit | test:service | test:e2e
node scripts/test.mjs all|unit|service|e2e|fuzz [jest's arguments, such as a path or -t NAME]

  unit      rules, beside the code; nothing is started
  service   each part on a real MariaDB and Redis of its own, its sidecar replaced by a fake
  e2e       a whole shop under "dapr run -f", on free ports beside whatever else runs
  fuzz      1,500 random requests to that shop, made from its OpenAPI document (needs Python 3.10 and its packages)

Missing packages, stores and programs are fetched as by "npm start". MICROMART_TEST_MYSQL_URL and
MICROMART_TEST_REDIS_URL name running stores to use instead; with another
MICROMART_HOME than var the tests run beside others of this checkout. The last line is "N passed, N failed".
`

const [wanted = 'all', ...jestArgs] = process.argv.slice(2)
if (!['all', ...stages].includes(wanted)) commandLine(help)
if (!['all', ...stages].includes(wanted)) {
  console.error(`No such kind of test: ${wanted}\n\n${help.trim()}`)
  process.exit(2)
}

const home = path.join(shopHome, 'test')
const say = createSay()

const refuseSecond = async () => {
  const run = readRun(home)
  if (starterIsAlive(run)) {
    throw new Fault(`The tests of this checkout are running already (process ${run.starter.pid})`, {
      advice: 'Wait for them, or end them by Ctrl-C there.',
    })
  }
  await cleanUp(home)
}

const report = ({ totals, times }) => {
  const { passed, failed, skipped } = totals
  say.line(`\n${times.map(({ name, took }) => `${name} ${took}`).join(', ')}; in all ${say.took()}`)
  if (skipped > 0) say.line(`${skipped} skipped`)
  if (failed > 0)
    say.line(
      `Logs of stores and shop: ${path.join(home, 'log')}, ${path.join(home, 'shop', 'log')}`,
    )
  say.line(`${passed} passed, ${failed} failed`)
}

await main(async () => {
  checkNode()
  await refuseSecond()
  const { beginRun } = await import('./lib/shop/prepare-shop.mjs')
  const { stopRun } = await import('./lib/shop/shop.mjs')
  const run = beginRun(home)
  const stop = () => stopRun(run, path.join(home, 'shop'))
  const { begun: isOver } = stopOnSignals({ run, say, stop })
  try {
    await ensureDependencies(say, path.join(home, 'log'))
    const { runStages } = await import('./lib/tests/stages.mjs')
    const names = wanted === 'all' ? stages : [wanted]
    const results = await runStages(names, { home, run, say, jestArgs, isOver })
    await stop()
    report(results)
    process.exit(results.totals.failed > 0 || results.broken ? 1 : 0)
  } catch (error) {
    await stop()
    throw error
  }
})
