import { fork } from 'node:child_process'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import path from 'node:path'
import { commandLine } from '../scripts/lib/terminal/command-line.mjs'
import { catalogueOf, fillShelves, limits, skusOf, startBenchShops } from './bench-shop.mjs'
import { withCpu } from './cpu.mjs'
import { drive } from './load.mjs'
import { conditions, median, writeReport } from './report.mjs'
import { tracedScenarios } from './visit.mjs'

const help = `
npm run bench -- tracing [OPTIONS]

Two shops side by side, driven in turns: one keeps no traces, the other the default share (all checkouts, a tenth of the rest) and
sends its spans to a sink that only counts them. A "visit" is the load of a shop: of 20 requests 14 are reads that a cache
mostly answers, 3 searches, 2 adds to the cart, 1 an order.

  --rounds N        interleaved rounds an operation (7)
  --seconds N       length of a round (8)
  --connections N   at once (16)
  --orders N        orders a round (300)
  --visits N        requests a round of visits (4000)
  --only a,b        of ${Object.keys(tracedScenarios).join(', ')}

Writes bench/reports/<date>-tracing.json. Throughput means something on a machine that does nothing else; the CPU of a request more often.
`

const { values: options } = commandLine(
  help,
  {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '8' },
    connections: { type: 'string', default: '16' },
    orders: { type: 'string', default: '300' },
    visits: { type: 'string', default: '4000' },
    only: { type: 'string', default: Object.keys(tracedScenarios).join(',') },
  },
  { args: process.argv.slice(3) },
)

const sampling = { TRACE_RATIO: '0.1', TRACE_CHECKOUT_RATIO: '1' }
const amounts = { order: Number(options.orders), visit: Number(options.visits) }

const startSink = async () => {
  const child = fork(path.join(import.meta.dirname, 'span-sink.mjs'))
  const [{ port }] = await once(child, 'message')
  return {
    url: `http://127.0.0.1:${port}`,
    count: async () => {
      child.send('?')
      const [{ spans }] = await once(child, 'message')
      return spans
    },
    end: () => child.disconnect(),
  }
}

const sideOf = async (name, { urls, accounts, dapr }) => {
  const url = urls.gateway
  const products = await catalogueOf(url)
  const skus = skusOf(products)
  await fillShelves(url, skus, accounts.admin)
  const context = { shop: { url }, products, skus, account: accounts.shopper }
  return { name, url, pids: [dapr.child.pid], context }
}

const measured = async ({ url, pids, context }, { prepare, wanted }, amount) => {
  const { shop: next } = await prepare({ ...context, amount: amount ?? 0 })
  const load = { url, next, connections: Number(options.connections), wanted }
  return withCpu(pids, () => drive({ ...load, seconds: Number(options.seconds), amount }))
}

/** What the traces take, in percent of what there is without them. */
const lostBy = ({ off, on }) => 100 * (1 - on.perSecond / off.perSecond)
const dearerBy = ({ off, on }) => 100 * (on.cpuPer1000 / off.cpuPer1000 - 1)

const spread = (values) => {
  const sorted = values.toSorted((left, right) => left - right)
  return { median: median(sorted), min: sorted[0], max: sorted.at(-1) }
}

const summarised = (operation, { title }, rounds) => {
  const of = (side, key) => median(rounds.map((round) => round[side][key]))
  return {
    operation,
    title,
    perSecond: { off: of('off', 'perSecond'), on: of('on', 'perSecond') },
    cpuMs: { off: of('off', 'cpuPer1000'), on: of('on', 'cpuPer1000') },
    lostPercent: spread(rounds.map(lostBy)),
    cpuPercent: spread(rounds.map(dearerBy)),
    spansPerRequest: median(rounds.map(({ on, spans }) => spans / on.requests)),
    rounds,
  }
}

const measure = async (operation, sides, sink) => {
  const scenario = tracedScenarios[operation]
  const amount = amounts[operation]
  for (const side of sides) await measured(side, scenario, amount && amount / 4) // warm
  const rounds = []
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const found = {}
    const before = await sink.count()
    for (const side of round % 2 ? sides.toReversed() : sides) {
      found[side.name] = await measured(side, scenario, amount)
    }
    rounds.push({ ...found, spans: (await sink.count()) - before })
    const { off, on } = found
    const speeds = `${off.perSecond.toFixed(0)}/s without, ${on.perSecond.toFixed(0)}/s with traces`
    console.log(`${scenario.title} ${round + 1}/${options.rounds}: ${speeds}`)
  }
  if (rounds.every(({ spans }) => spans === 0)) throw new Error('void: no span has arrived')
  return summarised(operation, scenario, rounds)
}

const signed = (number) => `${number >= 0 ? '+' : ''}${number.toFixed(1)}`

const lineOf = ({ title, perSecond, cpuMs, lostPercent, cpuPercent, spansPerRequest }) =>
  [
    title.padEnd(15),
    `throughput ${signed(-lostPercent.median)} % (${signed(-lostPercent.max)} to ${signed(-lostPercent.min)}; ${perSecond.off.toFixed(0)} and ${perSecond.on.toFixed(0)}/s)`,
    `CPU ${signed(cpuPercent.median)} % (${cpuMs.off.toFixed(2)} and ${cpuMs.on.toFixed(2)} ms a request)`,
    `${spansPerRequest.toFixed(1)} spans a request`,
  ].join('  ')

const sink = await startSink()
const { shops, stop } = await startBenchShops([
  { name: 'bench-untraced' },
  { name: 'bench-traced', env: sampling, zipkin: { url: sink.url } },
])
try {
  const sides = [await sideOf('off', shops[0]), await sideOf('on', shops[1])]
  const load = loadavg()
  const rows = []
  for (const operation of options.only.split(',')) rows.push(await measure(operation, sides, sink))
  console.log(`\n${rows.map(lineOf).join('\n')}`)
  writeReport('tracing', { ...conditions(), load, options, limits, sampling, rows })
} finally {
  sink.end()
  await stop()
}
process.exit()
