import { dumpAll } from './dump.ts'
import { nothingStuck } from '../checker/quiet.ts'
import type { Dump, Evidence } from '../checker/evidence.ts'
import type { Shop } from '../shop/handle.ts'
import { logIn, newGuest, stayLoggedIn } from './people.ts'
import { addToCart, newAttempt, place, readCart } from './shopping.ts'
import { eventsWaiting } from './streams.ts'
import type { World } from './world.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks until there is a definite answer for every attempt that has none: what a careful client does. */
export const resolveUnknown = async (world: World, withinMs: number): Promise<number> => {
  const { client, open, history } = world
  for (
    const end = history.now() + withinMs;
    open.size > 0 && history.now() < end;
    await pause(500)
  ) {
    for (const [key, attempt] of open) {
      const { person } = attempt
      if (!(await stayLoggedIn(client, person))) continue
      const answer = await place(client, attempt, { op: 'place.repeat' })
      if (answer.outcome !== 'info' && answer.status !== 202) open.delete(key)
    }
  }
  return open.size
}

const stuckIn = (dump: Dump) => nothingStuck({ dump } as Evidence)

/** Waits until nothing is under way any more, or the time is up. */
export const untilQuiet = async (
  shop: Shop,
  now: () => number,
  withinMs: number,
): Promise<Dump> => {
  for (const end = now() + withinMs; ; await pause(1000)) {
    const dump = await dumpAll(shop.mysqlUrl, now())
    const waiting = await eventsWaiting(shop.redisUrl)
    if ((waiting === 0 && stuckIn(dump).length === 0) || now() > end) return dump
  }
}

/** Buys what is left of the products that had more demand than stock. @returns those that nobody could buy any more */
export const mopUp = async (world: World): Promise<string[]> => {
  const { client, random, counts } = world
  const used = world.hot.slice(0, Math.min(world.hot.length, Math.floor(counts.hot / 100) + 1))
  const soldOut: string[] = []
  for (const { sku } of used) {
    for (let bought = 0; bought < 25; bought += 1) {
      const person = newGuest(random, 'mop')
      const added = await addToCart(client, random, person, { sku, quantity: 1 })
      const attempt = newAttempt(random, person, 'tok_visa')
      const answer = added.outcome === 'ok' ? await place(client, attempt) : added
      if (answer.code === 'out_of_stock') {
        soldOut.push(sku)
        break
      }
    }
  }
  return soldOut
}

const atOnce = 6

/** Reads everybody's cart for the last time. */
export const readCarts = async (world: World): Promise<void> => {
  const people = [...world.people, ...world.members].filter(
    ({ token, cartToken }) => token !== undefined || cartToken !== undefined,
  )
  for (let from = 0; from < people.length; from += atOnce) {
    await Promise.all(
      people.slice(from, from + atOnce).map(async (person) => {
        if (person.password !== undefined && person.token !== undefined) {
          await logIn(world.client, person)
        }
        await readCart(world.client, person, 'cart.final')
      }),
    )
  }
}
