/** Plays a release of production under load; `npm run cluster -- rehearse` starts it, docs/blue-green.md tells of it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { root } from '../../scripts/lib/machine/paths.mjs'
import { personOf } from '../../scripts/lib/cluster/people.mjs'
import { createSay } from '../../scripts/lib/terminal/say.mjs'
import { check, invariants } from '../chaos/checker/check.ts'
import { conclude, openWorld, pricesOf } from '../chaos/experiment.ts'
import { openHistory, operationsOf } from '../chaos/load/history.ts'
import { startStockReader } from '../chaos/load/stock-reader.ts'
import { startPulse } from '../chaos/machine/pulse.ts'
import { conditions, writeEvidence } from '../chaos/report/write.ts'
import { faultsOf } from './judge.ts'
import { play, planOf, watchRoute } from './phases.mjs'
import { drawing, page } from './report.ts'
import { sendShoppers } from './shoppers.ts'

const facts = JSON.parse(readFileSync(process.env.MICROMART_REHEARSAL, 'utf8'))
const { urls, ca, ports, secrets, accounts, releases, folder, report, keep } = facts
const say = createSay()
const shopperCount = 3

/** As mysql2 takes it: with the authority's text. */
const mysqlUrl = () => {
  const url = new URL(facts.mysqlUrl)
  url.search = new URLSearchParams({ ssl: JSON.stringify({ ca: readFileSync(ca, 'utf8') }) })
  return url.href
}

const shop = {
  gateway: urls.shop,
  ports,
  secrets,
  accounts,
  mysqlUrl: mysqlUrl(),
  redisUrl: facts.redisUrl,
}

const settings = {
  seed: 'rehearsal',
  minutes: 1,
  workers: 0,
  patienceMs: 120_000,
  pulse: startPulse(),
  report,
  say: say.line,
}

/** Everything that is bought, done and broken. */
const underLoad = async (world, history) => {
  const reader = startStockReader(shop.mysqlUrl, history.now)
  const route = await watchRoute(history)
  const deployer = await personOf(folder, ['deployers', 'migrators'], {
    SHOP_URL: urls.shop,
    PREVIEW_URL: urls.preview,
  })
  const stop = sendShoppers(world, shopperCount)
  try {
    const plan = planOf(releases)
    const phases = await play(plan, { deployer, turns: route.turns, history, say: say.line })
    return { phases, turns: route.turns, reader }
  } finally {
    await stop()
    route.close()
    await reader[Symbol.asyncDispose]()
  }
}

/** When a pod died is no fault of the shop's to be healed: I16 looks only at how all came to rest. */
const evidenceOf = (world, history, { reader, rest }) => ({
  operations: operationsOf(history.entries),
  stockReads: reader.count(),
  brokenReads: reader.broken,
  faults: [],
  redisLosses: [],
  machine: settings.pulse.machine(),
  ...pricesOf(world, history),
  ...rest,
})

const requireSubstance = ({ stockReads, operations }) => {
  const count = (test) => operations.filter(test).length
  const counts = {
    orders: count(({ op, status }) => op === 'place' && status === 201),
    refusals: count(({ op, outcome }) => op === 'place' && outcome === 'fail'),
    duplicates: count(({ replayed }) => replayed),
    stockReads,
  }
  say.line(`  ${JSON.stringify(counts)}`)
  return Object.entries(counts)
    .filter(([, number]) => number === 0)
    .map(([name]) => `without ${name} it proves nothing`)
}

const write = (to, told) => {
  mkdirSync(to, { recursive: true })
  const title = `A release under load, commit ${told.of.commit}`
  writeFileSync(path.join(to, 'blue-green.md'), page(told))
  writeFileSync(path.join(to, 'blue-green.svg'), drawing(told.run, title))
}

const main = async () => {
  mkdirSync(report, { recursive: true })
  await using history = openHistory(path.join(report, 'history.ndjson'))
  const world = await openWorld(shop, history, settings)
  const { phases, turns, reader } = await underLoad(world, history)
  const rest = await conclude(shop, world, settings)
  const evidence = evidenceOf(world, history, { reader, rest })
  writeEvidence(report, { ...evidence, phases, turns })
  const until = phases.at(-1).to
  const operations = evidence.operations.filter(({ at, user }) => at < until && user !== 'staff')
  const run = { phases, turns, operations: operations.filter(({ at }) => at >= phases[0].from) }
  const faults = [...faultsOf(run), ...requireSubstance(evidence)]
  const violations = check(evidence)
  const told = {
    run,
    faults,
    violations,
    of: conditions('npm run cluster -- rehearse'),
    restMs: rest.restMs,
    books: rest.books?.consistent === true,
    checked: Object.keys(invariants).length,
  }
  write(report, told)
  if (keep) write(path.join(root, 'docs', 'reliability'), told)
  for (const each of faults) say.line(`  ! ${each}`)
  for (const { invariant, what } of violations.slice(0, 60)) say.line(`  ! ${invariant}: ${what}`)
  say.line(`${faults.length + violations.length} faults; ${path.relative(process.cwd(), report)}`)
  return faults.length + violations.length === 0 ? 0 : 1
}

process.exitCode = await main()
