import { dumpAll } from '../load/dump.ts'
import { newGuest, type Person } from '../load/people.ts'
import { addToCart, newAttempt, place, readCart } from '../load/shopping.ts'
import { repeatEvents } from '../load/streams.ts'
import { breakOnce, untilCaught } from '../matrix/break-once.ts'
import { type Case, type Kind, type Point } from '../matrix/cases.ts'
import { steps } from '../matrix/steps.ts'
import { storyOf } from '../matrix/stories.ts'
import { type Bench, untilReady } from '../proof/bench.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** A product of its own. @returns its sku */
const newSku = async ({ world }: Bench, units: number): Promise<string> => {
  const sku = `BROKEN-${world.random.word(8)}`.toUpperCase()
  await world.staff.create(sku, 1500, units)
  return sku
}

const visitor = ({ world }: Bench): Person => {
  const person = newGuest(world.random, 'broken')
  world.people.add(person)
  return person
}

const put = ({ world }: Bench, person: Person, sku: string, quantity: number) =>
  addToCart(world.client, world.random, person, { sku, quantity })

const attemptOf = ({ world }: Bench, person: Person) => {
  const attempt = newAttempt(world.random, person, 'tok_visa')
  world.open.set(attempt.key, attempt)
  return attempt
}

const buyers = 24
const units = 6
const slowMs = 60

/** Many want the few units at once, over a slow way to the database, so that they read before one has written. */
export const rushForFew = async (bench: Bench): Promise<void> => {
  const { world, shop } = bench
  const sku = await newSku(bench, units)
  const attempts = []
  for (let index = 0; index < buyers; index += 1) {
    const person = visitor(bench)
    await put(bench, person, sku, 1)
    attempts.push(attemptOf(bench, person))
  }
  await shop.proxies.spoil('product-mysql', { kind: 'latency', ms: slowMs })
  await Promise.all(attempts.map((attempt) => place(world.client, attempt)))
  await shop.proxies.heal('product-mysql')
}

const untilEmpty = async ({ world, pulse }: Bench, person: Person): Promise<void> => {
  for (const end = pulse.fair() + 20_000; pulse.fair() < end; await pause(100)) {
    const { body } = await readCart(world.client, person)
    if (Array.isArray(body['items']) && body['items'].length === 0) return
  }
}

/** Buys, fills the cart with the same again, and the event of the purchase comes a second time. */
export const repeatPaidEvent = async (bench: Bench): Promise<void> => {
  const { world, shop } = bench
  const sku = await newSku(bench, 50)
  const person = visitor(bench)
  await put(bench, person, sku, 2)
  await place(world.client, attemptOf(bench, person))
  await untilEmpty(bench, person)
  await put(bench, person, sku, 3)
  await repeatEvents(shop.redisUrl, world.random, 20)
}

/** One product by two additions to the cart. */
export const twoLinesOfOne = async (bench: Bench): Promise<void> => {
  const sku = await newSku(bench, 50)
  const person = visitor(bench)
  await put(bench, person, sku, 1)
  await put(bench, person, sku, 2)
  await place(bench.world.client, attemptOf(bench, person))
}

const caseOf = (name: string, point: Point, kind: Kind): Case => {
  const step = steps.find((each) => each.name === name)
  if (!step) throw new Error(`no step ${name}`)
  return { step, point, kind }
}

const playOnce = async (bench: Bench, one: Case): Promise<void> => {
  const story = await storyOf(bench.shop, bench.world, one.step.story)
  const { came } = await breakOnce(bench, story, one, `broken${bench.history.now()}`)
  if (!came) throw new Error(`the ${one.step.name} never came`)
  for (const attempt of story.attempts) bench.world.open.set(attempt.key, attempt)
}

/** The provider has charged, and its answer is lost. */
export const loseChargeAnswer = (bench: Bench): Promise<void> =>
  playOnce(bench, caseOf('charge at provider', 'after', 'reset'))

const endedMs = 40_000

/** Payment has charged, and the order service dies before it hears of it; the shopper does not come back before the sweeper. */
export const loseChargeAndOrder = async (bench: Bench): Promise<void> => {
  const { shop, pulse } = bench
  await playOnce(bench, caseOf('charge', 'after', 'kill caller'))
  await untilReady(bench)
  for (const end = pulse.fair() + endedMs; pulse.fair() < end; await pause(500)) {
    const { orders } = await dumpAll(shop.mysqlUrl, 0)
    if (orders.every(({ status }) => status !== 'PENDING')) return
  }
}

/** The order service dies when the event of a purchase is on its way to the database: no wider window than the code itself has. */
export const killBeforeEvent = async (bench: Bench): Promise<void> => {
  const { shop, world, history, pulse } = bench
  const sku = await newSku(bench, 50)
  const person = visitor(bench)
  await put(bench, person, sku, 1)
  const id = `event${history.now()}`
  const text = 'INSERT INTO outbox'
  const trap = await shop.proxies.trap({ id, edge: 'order-mysql', text, point: 'before' })
  const placing = place(world.client, attemptOf(bench, person))
  if (!(await untilCaught(trap, pulse))) throw new Error('no event was written')
  shop.processes.signal('order', 'SIGKILL')
  await shop.proxies.judge(id, 'reset')
  await placing
}
