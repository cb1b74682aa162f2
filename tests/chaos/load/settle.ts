import { dumpAll, providerWaiting } from './dump.ts'
import { nothingStuck } from '../checker/quiet.ts'
import type { Dump } from '../checker/evidence.ts'
import type { Pulse } from '../machine/pulse.ts'
import type { Served } from '../shop/handle.ts'
import { knownNow } from './buying.ts'
import { logIn, newGuest, stayLoggedIn } from './people.ts'
import { addToCart, newAttempt, place, readCart } from './shopping.ts'
import { eventsWaiting } from './streams.ts'
import type { World } from './world.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/**
 * Asks until there is a definite answer for every attempt that has none: what a careful client does.
 * @param until in fair ms
 * @returns how many have none
 */
export const resolveUnknown = async (
  world: World,
  { fair }: Pulse,
  until: number,
): Promise<number> => {
  const { client, open } = world
  for (; open.size > 0 && fair() < until; await pause(500)) {
    for (const attempt of open.values()) {
      const { person } = attempt
      if (!(await stayLoggedIn(client, person))) continue
      const answer = await place(client, attempt, { op: 'place.repeat' })
      knownNow(world, attempt, answer)
    }
  }
  return open.size
}

type Wait = {
  readonly shop: Served
  readonly pulse: Pulse
  /** The history's clock. */
  readonly now: () => number
  /** In fair ms. */
  readonly until: number
  /** Violations that will not go away any more. */
  readonly known?: ReadonlySet<string>
}

/** What is still on its way. */
const stuckIn = (dump: Dump, known?: ReadonlySet<string>) =>
  nothingStuck({ dump, operations: [] }).filter((what) => !known?.has(`I9: ${what}`))

/** Waits until nothing is under way any more, or the time is up. */
export const untilQuiet = async ({ shop, pulse, now, until, known }: Wait): Promise<Dump> => {
  for (;;) {
    const dump = await dumpAll(shop.mysqlUrl, now())
    const waiting = (await eventsWaiting(shop.redisUrl)) + (await providerWaiting(shop.mysqlUrl))
    if (waiting === 0 && stuckIn(dump, known).length === 0) return dump
    if (pulse.fair() > until) return dump
    await pause(500)
  }
}

/** Buys what is left of the products that had more demand than stock. @returns those that nobody could buy any more */
export const mopUp = async (world: World): Promise<string[]> => {
  const { client, random, counts, open } = world
  const used = world.hot.slice(0, Math.min(world.hot.length, Math.floor(counts.hot / 100) + 1))
  const soldOut: string[] = []
  for (const { sku } of used) {
    for (let bought = 0; bought < 25; bought += 1) {
      const person = newGuest(random, 'mop')
      const added = await addToCart(client, random, person, { sku, quantity: 1 })
      const attempt = newAttempt(random, person, 'tok_visa')
      if (added.outcome === 'ok') open.set(attempt.key, attempt)
      const answer = added.outcome === 'ok' ? await place(client, attempt) : added
      knownNow(world, attempt, answer)
      if (answer.code === 'out_of_stock') {
        soldOut.push(sku)
        break
      }
    }
  }
  return soldOut
}

const atOnce = 6

/** Reads everybody's cart for the last time, or some before something that must change none. */
export const readCarts = async (
  world: World,
  { op = 'cart.final', most = Infinity } = {},
): Promise<void> => {
  const people = [...world.people, ...world.members]
    .filter(({ token, cartToken }) => token !== undefined || cartToken !== undefined)
    .slice(0, most)
  for (let from = 0; from < people.length; from += atOnce) {
    await Promise.all(
      people.slice(from, from + atOnce).map(async (person) => {
        if (person.password !== undefined && person.token !== undefined) {
          await logIn(world.client, person)
        }
        await readCart(world.client, person, op)
      }),
    )
  }
}
