import { fork } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { node24 } from '../scripts/lib/machine/node24.mjs'
import { freePorts } from '../scripts/lib/machine/ports.mjs'
import { commandLine } from '../scripts/lib/terminal/command-line.mjs'
import { fillBare } from './bare-data.mjs'
import { catalogueOf, fillShelves, limits, skusOf, startBenchShop } from './bench-shop.mjs'
import { requireBooks } from './books.mjs'
import { residentMemory, withCpu } from './cpu.mjs'
import { watchLag } from './lag.mjs'
import { drive } from './load.mjs'
import { chart, conditions, cpuLines, lagLines, memoryLine, summarise, table } from './report.mjs'
import { scenarios } from './scenarios.mjs'

const help = `
npm run bench [-- OPTIONS]      beside a bare server
npm run bench -- verify         what verifying a token costs
npm run bench -- logins         what 200 logins at once do to product reads
npm run bench -- tracing        what traces cost at the default sampling

  --rounds N        interleaved rounds an operation (5)
  --seconds N       length of a round (8)
  --connections N   at once (16)
  --orders N        orders a round (400)
  --only a,b        of ${Object.keys(scenarios).join(', ')}

Writes bench/reports/<date>.json and .svg.
`

const { values: options } = commandLine(help, {
  rounds: { type: 'string', default: '5' },
  seconds: { type: 'string', default: '8' },
  connections: { type: 'string', default: '16' },
  orders: { type: 'string', default: '400' },
  only: { type: 'string', default: Object.keys(scenarios).join(',') },
})

const startBare = async (port, url) => {
  const child = fork(path.join(import.meta.dirname, 'bare.mjs'), {
    execPath: node24(),
    env: { ...process.env, NODE_ENV: 'production', PORT: String(port), BARE_MYSQL_URL: url },
  })
  await new Promise((resolve, reject) => child.once('message', resolve).once('exit', reject))
  return child
}

const measured = async (side, requests, scenario) => {
  const load = {
    url: side.url,
    next: requests[side.name],
    connections: Number(options.connections),
    wanted: scenario.wanted,
  }
  const drivenFor = { seconds: Number(options.seconds), amount: requests.amount }
  return withCpu(side.pids, () => drive({ ...load, ...drivenFor }))
}

const relayPorts = (ports, { relays = [] }) =>
  Object.fromEntries(relays.map((app) => [app, ports[app].http]))

const measure = async (operation, sides, context) => {
  const scenario = scenarios[operation]
  const rounds = []
  for (let round = 0; round < Number(options.rounds); round += 1) {
    const requests = await scenario.prepare({ ...context, amount: Number(options.orders) })
    if (!requests.amount) {
      for (const side of sides) {
        const warm = {
          url: side.url,
          next: requests[side.name],
          connections: Number(options.connections),
        }
        await drive({ ...warm, seconds: 2, wanted: scenario.wanted })
      }
    }
    const found = {}
    const lag = watchLag(relayPorts(context.ports, scenario))
    for (const side of round % 2 ? sides.toReversed() : sides) {
      found[side.name] = await measured(side, requests, scenario)
    }
    const { shop, bare } = found
    console.log(
      `${scenario.title} ${round + 1}/${options.rounds}: shop ${shop.perSecond.toFixed(0)}/s, bare ${bare.perSecond.toFixed(0)}/s`,
    )
    rounds.push({ ...found, lag: await lag() })
  }
  if (scenario.keepsBooks) await requireBooks(context.shop, context.admin)
  return summarise({ operation, title: scenario.title, rounds })
}

const shopHandle = await startBenchShop()
const { urls, ports, accounts, mysqlUrl, dapr } = shopHandle
const shop = { name: 'shop', url: urls.gateway, pids: [dapr.child.pid] }
let bare
try {
  const memoryIdle = residentMemory(shop.pids)
  const products = await catalogueOf(shop.url)
  const skus = skusOf(products)
  await fillShelves(shop.url, skus, accounts.admin)
  const database = await fillBare(mysqlUrl, 'micromart_bench_bare', products, accounts.shopper)
  const [port] = await freePorts(1)
  bare = await startBare(port, database)
  const sides = [shop, { name: 'bare', url: `http://127.0.0.1:${port}`, pids: [bare.pid] }]
  const context = { shop, products, skus, ports, account: accounts.shopper, admin: accounts.admin }
  const rows = []
  for (const operation of options.only.split(','))
    rows.push(await measure(operation, sides, context))
  const memory = { idle: memoryIdle, loaded: residentMemory(shop.pids) }
  const report = { ...conditions(), options, limits, memory, rows }
  const folder = path.join(import.meta.dirname, 'reports')
  mkdirSync(folder, { recursive: true })
  const name = path.join(folder, report.at.slice(0, 10))
  writeFileSync(`${name}.json`, `${JSON.stringify(report, null, 1)}\n`)
  writeFileSync(`${name}.svg`, chart(rows, report))
  console.log(
    `\n${table(rows)}\n\n${cpuLines(rows)}\n${lagLines(rows)}${memoryLine(memory)}\nwritten: ${path.relative(process.cwd(), name)}.json and .svg`,
  )
} finally {
  bare?.kill()
  await shopHandle.stop()
}
