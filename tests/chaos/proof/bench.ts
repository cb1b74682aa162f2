import { check } from '../checker/check.ts'
import type { Dump, Evidence } from '../checker/evidence.ts'
import { pricesOf } from '../experiment.ts'
import { type History, operationsOf } from '../load/history.ts'
import { knownNow } from '../load/buying.ts'
import { newGuest } from '../load/people.ts'
import { readCarts, resolveUnknown, untilQuiet } from '../load/settle.ts'
import { addToCart, newAttempt, place } from '../load/shopping.ts'
import type { World } from '../load/world.ts'
import type { Pulse } from '../machine/pulse.ts'
import type { Shop } from '../shop/handle.ts'

/** One started shop on which one proof after the other is made, each judged by what it adds. */
export type Bench = {
  readonly shop: Shop
  readonly world: World
  readonly history: History
  readonly pulse: Pulse
  readonly say: (line: string) => void
  /** Where reports go. */
  readonly report: string
  /** How long the shop may take to come to rest, in fair ms. */
  readonly patienceMs: number
  readonly seed: string
  /** Violations that somebody has been told of: each counts once. */
  readonly known: Set<string>
  /** When Redis may have lost what it had acknowledged: from, to. */
  readonly redisLosses: [number, number][]
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until every app is ready again, after whatever was done to it. */
export const untilReady = async ({ shop, pulse }: Bench): Promise<void> => {
  const urls = shop.apps.map(
    (app) =>
      `http://127.0.0.1:${shop.ports[app]?.http ?? 0}/${app === 'provider' ? 'livez' : 'readyz'}`,
  )
  const isUp = async (url: string) => {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
    await answer?.body?.cancel()
    return answer?.ok === true
  }
  for (const end = pulse.fair() + 60_000; pulse.fair() < end; await pause(100)) {
    if ((await Promise.all(urls.map(isUp))).every(Boolean)) return
  }
}

const buyOnce = async ({ world }: Bench): Promise<boolean> => {
  const { client, random, spread, open } = world
  const person = newGuest(random, 'canary')
  await addToCart(client, random, person, { sku: random.pick(spread).sku, quantity: 1 })
  const attempt = newAttempt(random, person, 'tok_visa')
  open.set(attempt.key, attempt)
  const answer = await place(client, attempt)
  knownNow(world, attempt, answer)
  return answer.status === 201
}

const buyingMs = 60_000

/** Waits until a shopper's order is paid at the first try. @returns fair ms; more than the limit when it never was */
export const untilBuying = async (bench: Bench): Promise<number> => {
  const { pulse } = bench
  const began = pulse.fair()
  const passed = () => pulse.fair() - began
  while (!(await buyOnce(bench)) && passed() < buyingMs) await pause(200)
  return passed()
}

const evidenceOf = ({ world, history, redisLosses }: Bench, dump: Dump): Evidence => ({
  operations: operationsOf(history.entries),
  dump,
  replayed: undefined,
  stockReads: 1,
  brokenReads: [],
  faults: [],
  soldOut: [],
  redisLosses,
  books: undefined,
  ...pricesOf(world, history),
})

/** What is wrong since the last look. */
export const judge = (bench: Bench, dump: Dump): string[] => {
  const found = check(evidenceOf(bench, dump))
    .map(({ invariant, what }) => `${invariant}: ${what}`)
    .filter((each) => !bench.known.has(each))
  for (const each of found) bench.known.add(each)
  return found
}

/** Asks for every attempt until its end is known, lets all come to rest, reads the carts. */
export const comeToRest = async (bench: Bench, patienceMs = bench.patienceMs): Promise<Dump> => {
  const { shop, world, pulse, history, known } = bench
  const until = pulse.fair() + patienceMs
  await resolveUnknown(world, pulse, until)
  const dump = await untilQuiet({ shop, pulse, now: history.now, until, known })
  await readCarts(world)
  world.people.clear()
  return dump
}
