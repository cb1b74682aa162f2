import { fork } from 'node:child_process'
import { once } from 'node:events'
import { loadavg } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { commandLine } from '../scripts/lib/terminal/command-line.mjs'
import { catalogueOf, limits, startBenchShop } from './bench-shop.mjs'
import { conditions, median, writeReport } from './report.mjs'

const help = `
npm run bench -- logins [OPTIONS]

Reads products at a fixed rate (lists, single products, searches that no cache knows): in turns in an idle shop, while
clients log in all the time and wait when they are told to, and while they do not wait. Medians over the rounds.

  --clients N   at once (200)
  --rounds N    of all three in turn (5)
  --seconds N   of each (10)
  --rate N      reads a second (50)

Writes bench/reports/<date>-logins.json.
`

const { values: options } = commandLine(
  help,
  {
    clients: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '10' },
    rounds: { type: 'string', default: '5' },
    rate: { type: 'string', default: '50' },
  },
  { args: process.argv.slice(3) },
)

const quantile = (sorted, q) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]

const timed = async (url) => {
  const began = performance.now()
  const answer = await fetch(url)
  await answer.arrayBuffer()
  if (answer.status !== 200) throw new Error(`void: ${url} answered ${answer.status}`)
  return performance.now() - began
}

/** Open loop: the next read starts at its time, whatever became of the others. */
const readProducts = async (urls) => {
  const [rate, seconds] = [Number(options.rate), Number(options.seconds)]
  const reads = []
  const began = performance.now()
  for (let index = 0; index < rate * seconds; index += 1) {
    await pause(Math.max(0, began + (index * 1_000) / rate - performance.now()))
    reads.push(timed(urls(index)))
  }
  const times = (await Promise.all(reads)).toSorted((left, right) => left - right)
  return { reads: times.length, p50: quantile(times, 0.5), p99: quantile(times, 0.99) }
}

const sumByStatus = (found) => {
  const sums = {}
  for (const { logins = {} } of found)
    for (const [status, count] of Object.entries(logins)) sums[status] = (sums[status] ?? 0) + count
  return sums
}

/** Medians over the rounds; the ratio is that of each round to the idle part of its own. */
const summary = (found, idle) => {
  const ratios = found.map(({ p99 }, round) => p99 / idle[round].p99)
  const ratio = { median: median(ratios), min: Math.min(...ratios), max: Math.max(...ratios) }
  const medianOf = (name) => median(found.map((each) => each[name]))
  return { p50: medianOf('p50'), p99: medianOf('p99'), ratio, logins: sumByStatus(found) }
}

const ratioText = ({ median: middle, min, max }) =>
  `${middle.toFixed(1)}x (${min.toFixed(1)}-${max.toFixed(1)})`

const flooded = async (manner, { url, account }, measure) => {
  const flood = fork(path.join(import.meta.dirname, 'login-flood.mjs'), [
    url,
    options.clients,
    JSON.stringify(account),
    manner,
  ])
  try {
    await pause(2_000) // all have begun
    const found = await measure()
    flood.send('end')
    const [logins] = await once(flood, 'message')
    return { ...found, logins }
  } finally {
    flood.kill()
  }
}

const shop = await startBenchShop()
try {
  const url = shop.urls.gateway
  const products = await catalogueOf(url)
  const places = [
    () => '/v1/products?limit=20',
    (index) => `/v1/products/${products[index % products.length].handle}`,
    (index) => `/v1/products?q=tea&minPrice=${index}`,
  ]
  const urls = (index) => `${url}${places[index % places.length](index)}`
  const measure = () => readProducts(urls)
  await measure() // warm
  const target = { url, account: shop.accounts.shopper }
  const rounds = { idle: [], patient: [], impatient: [] }
  for (let round = 0; round < Number(options.rounds); round += 1) {
    rounds.idle.push(await measure())
    for (const manner of ['patient', 'impatient'])
      rounds[manner].push(await flooded(manner, target, measure))
  }
  const rows = Object.fromEntries(
    Object.entries(rounds).map(([name, found]) => [name, summary(found, rounds.idle)]),
  )
  for (const [name, { p50, p99, ratio, logins }] of Object.entries(rows)) {
    const times = `p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, ${ratioText(ratio)} idle`
    console.log(`${name.padEnd(10)} ${times}  logins by status ${JSON.stringify(logins)}`)
  }
  writeReport('logins', { ...conditions(), load: loadavg(), options, limits, rows })
} finally {
  await shop.stop()
}
process.exit()
