import path from 'node:path'
import { countsOf } from './checker/check.ts'
import { nothingStuck } from './checker/quiet.ts'
import type { Evidence, FaultRecord } from './checker/evidence.ts'
import { runFaults } from './faults/run-faults.ts'
import { scheduleFrom } from './faults/schedule.ts'
import { createClient } from './load/client.ts'
import { type History, openHistory, operationsOf } from './load/history.ts'
import { newMember, type Person } from './load/people.ts'
import { mopUp, readCarts, resolveUnknown, untilQuiet } from './load/settle.ts'
import { holdSale } from './load/sale.ts'
import { providerApi } from './load/provider-api.ts'
import { hireStaff } from './load/staff.ts'
import { startStockReader } from './load/stock-reader.ts'
import { deadEvents, repeatEvents } from './load/streams.ts'
import { repeatWebhooks } from './load/webhooks.ts'
import { startLoad } from './load/workers.ts'
import { featuresOf, stockShelves, type World } from './load/world.ts'
import { randomFrom } from './plan/random.ts'
import type { Pulse } from './machine/pulse.ts'
import type { Served, Shop } from './shop/handle.ts'

export type Settings = {
  readonly seed: string
  readonly minutes: number
  readonly workers: number
  /** Names or categories of faults; all without. */
  readonly faults: readonly string[]
  /** Names of scenarios; all without. */
  readonly only: readonly string[]
  readonly report: string
  /** How long the shop may take to come to rest, in fair ms. */
  readonly patienceMs: number
  readonly pulse: Pulse
  /** Whether it begins with a sale. */
  readonly sale: boolean
  readonly say: (line: string) => void
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const warmUpMs = 10_000

/** A shop with its shelves filled and its shoppers at the door. */
export const openWorld = async (
  shop: Served,
  history: History,
  { seed, minutes, workers }: Settings,
): Promise<World> => {
  const random = randomFrom(seed)
  const client = createClient(shop.gateway, history)
  const staff = hireStaff(client, random.fork('staff'), shop.accounts.admin)
  await untilServing(shop.gateway)
  await staff.logIn()
  const spread = workers === 0 ? 10 : minutes >= 20 ? 1000 : 60
  const sizes = { hot: Math.ceil(minutes * 4), spread, fleeting: workers === 0 ? 0 : 10 }
  const shelves = await stockShelves(staff, random.fork('shelves'), sizes)
  const members: Person[] = []
  for (let index = 0; index < workers; index += 1) {
    const member = await newMember(client, random.fork(`member${index}`), `w${index}`)
    if (member) members.push(member)
  }
  return {
    client,
    staff,
    provider: providerApi(shop),
    history,
    random,
    features: await featuresOf(shop.gateway),
    ...shelves,
    members,
    people: new Set(),
    open: new Map(),
    counts: { hot: 0, duplicates: 0, mismatches: 0 },
  }
}

/** Ready is not warm: the first call to each service may still find its sidecar without a connection. */
const untilServing = async (gateway: string): Promise<void> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const asked = ['/v1/products', '/v1/cart', '/oauth2/jwks'].map((each) =>
      fetch(gateway + each).catch(() => undefined),
    )
    const answers = await Promise.all(asked)
    if (answers.every((answer) => answer && answer.status < 500)) return
    await pause(200)
  }
  throw new Error('the shop is ready, but does not serve')
}

export const pricesOf = (
  { hot, spread, pairs, last, restocked, priced, fleeting }: World,
  history: History,
) => {
  const shelves = [
    ...hot,
    ...spread,
    ...pairs.flat(),
    ...last,
    ...restocked,
    ...priced,
    ...fleeting,
  ]
  const prices: Record<string, number[]> = Object.fromEntries(
    shelves.map(({ sku, price }) => [sku, [price]]),
  )
  for (const { op, asked, outcome } of operationsOf(history.entries)) {
    if (op === 'price.set' && outcome !== 'fail')
      prices[String(asked?.['sku'])]?.push(Number(asked?.['price']))
  }
  const initial = Object.fromEntries(shelves.map(({ sku, stock }) => [sku, stock]))
  return { prices, initial }
}

const booksOf = async ({ staff, features }: World, minutes: number): Promise<Evidence['books']> => {
  if (!features.books || minutes < 1) return undefined
  // Rows younger than the books' cut are left out: wait them in.
  await pause(31_000)
  const request = { op: 'books', process: 'staff', method: 'GET' }
  const { status, body } = await staff.call({ ...request, path: '/v1/admin/books?full=true' })
  const found = (body['invariants'] ?? []) as {
    id: string
    holds: boolean
    violations: unknown[]
  }[]
  const broken = found.filter(({ holds }) => !holds)
  return {
    consistent: status === 200 && body['consistent'] === true,
    violations:
      status === 200
        ? broken.map(({ id, violations }) => `${id}: ${JSON.stringify(violations).slice(0, 400)}`)
        : [`the books answered ${status}`],
  }
}

/** Dead letters that wait for somebody; without a desk those in the topics. */
const waitingLetters = async (
  { staff, features }: World,
  shop: Served,
): Promise<Record<string, number>> => {
  if (!features.desk) return deadEvents(shop.redisUrl)
  const path = '/v1/admin/dead-letters?state=open&limit=100'
  const { status, body } = await staff.call({
    op: 'letters',
    process: 'staff',
    method: 'GET',
    path,
  })
  if (status !== 200) return { desk: 1 }
  const letters = (body['items'] ?? []) as { id: string }[]
  return Object.fromEntries(
    [...Map.groupBy(letters, ({ id }) => id.split(':')[0] ?? '')].map(([app, of]) => [
      app,
      of.length,
    ]),
  )
}

/** After the load: resolve what is unknown, let all come to rest, sell out, repeat all events, read everything. */
export const conclude = async (shop: Served, world: World, settings: Settings) => {
  const { history } = world
  const { say, patienceMs, pulse } = settings
  history.note('phase', 'settling')
  const began = pulse.fair()
  const rest = () => untilQuiet({ shop, pulse, now: history.now, until: pulse.fair() + patienceMs })
  const open = await resolveUnknown(world, pulse, began + patienceMs)
  if (open > 0) say(`  ${open} attempts never got a definite answer`)
  const settled = await untilQuiet({ shop, pulse, now: history.now, until: began + patienceMs })
  const restMs = Math.round(pulse.fair() - began)
  say(`  at rest ${(restMs / 1000).toFixed(1)} s after the load`)
  const soldOut = await mopUp(world)
  await resolveUnknown(world, pulse, pulse.fair() + patienceMs)
  const dump = await rest()
  await readCarts(world, { op: 'cart.before', most: 100 })
  history.note('phase', 'repeating all events')
  await repeatEvents(shop.redisUrl, world.random.fork('repeat'), 5000)
  await repeatWebhooks(shop, world.random.fork('webhooks'), 5000)
  const replayed = await rest()
  await readCarts(world)
  const letters = await waitingLetters(world, shop)
  return {
    soldOut,
    restMs,
    leftAtRest: nothingStuck({ dump: settled, operations: [] }),
    dump: { ...dump, deadLetters: letters },
    replayed,
    books: await booksOf(world, settings.minutes),
  }
}

/** Runs one experiment on a shop and gathers the evidence. */
export const experiment = async (shop: Shop, settings: Settings): Promise<Evidence> => {
  const { seed, minutes, workers, say, pulse } = settings
  await using history = openHistory(path.join(settings.report, 'history.ndjson'))
  const world = await openWorld(shop, history, settings)
  say(`  ${JSON.stringify(world.features)}`)
  const sale = settings.sale ? await holdSale(world, pulse) : undefined
  await resolveUnknown(world, pulse, pulse.fair() + settings.patienceMs)
  if (sale) say(`  sale: ${sale.paid} paid, ${sale.refused} refused in ${sale.tookMs} ms`)
  const reader = startStockReader(shop.mysqlUrl, history.now)
  const load = startLoad(world, workers, settings.only)
  history.note('phase', 'load')
  let faulty: { records: FaultRecord[]; losses: [number, number][] } = { records: [], losses: [] }
  try {
    await pause(warmUpMs)
    const random = randomFrom(`${seed}/faults`)
    const untilMs = history.now() + minutes * 60_000 - warmUpMs
    const next = scheduleFrom(random, settings.faults)
    faulty = await runFaults({ shop, history, pulse, random, next, untilMs, say })
  } finally {
    await load.stop()
  }
  say(`  scenarios played: ${JSON.stringify(load.ran)}`)
  const rest = await conclude(shop, world, settings)
  await reader[Symbol.asyncDispose]()
  const evidence: Evidence = {
    operations: operationsOf(history.entries),
    stockReads: reader.count(),
    brokenReads: reader.broken,
    faults: faulty.records,
    redisLosses: faulty.losses,
    machine: pulse.machine(),
    sale,
    surprises: shop.surprises(),
    ...pricesOf(world, history),
    ...rest,
  }
  say(`  ${JSON.stringify(countsOf(evidence))}`)
  return evidence
}
