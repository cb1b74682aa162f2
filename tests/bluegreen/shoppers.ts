import { newGuest } from '../chaos/load/people.ts'
import {
  addToCart,
  type Attempt,
  newAttempt,
  place,
  readCart,
  readOrder,
} from '../chaos/load/shopping.ts'
import type { World } from '../chaos/load/world.ts'
import type { Random } from '../chaos/plan/random.ts'

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const betweenMs = [200, 500] as const

const cards = { tok_visa: 9, tok_declined: 1 }

/** How often an answer that got lost is asked for again, with half a second more between two tries each time. */
const tries = 8

/** Places an order as a careful client does: under one key until there is an answer. */
const placed = async ({ client, open }: World, attempt: Attempt) => {
  open.set(attempt.key, attempt)
  let answer = await place(client, attempt)
  for (let again = 1; again <= tries && answer.outcome === 'info'; again += 1) {
    await pause(500 * again)
    answer = await place(client, attempt, { op: 'place.repeat' })
  }
  if (answer.outcome !== 'info' && answer.status !== 202) open.delete(attempt.key)
  return answer
}

const buy = async (world: World, random: Random, process: string): Promise<void> => {
  const { client, spread, people } = world
  const person = newGuest(random, process)
  const visit = { process, user: person.canary, method: 'GET' }
  await client({ ...visit, op: 'browse', path: '/v1/products?limit=20' })
  const { sku } = random.pick(spread)
  const { outcome } = await addToCart(client, random, person, { sku, quantity: random.int(1, 3) })
  if (outcome !== 'ok') return
  people.add(person)
  await readCart(client, person)
  const attempt = newAttempt(random, person, random.weighted<string>(cards))
  const answer = await placed(world, attempt)
  if (answer.status !== 201) return
  await readOrder(client, attempt, answer)
  if (random.chance(0.2)) await place(client, attempt, { op: 'place.again' })
}

/** Guests who look around and buy, a few at once, without end. @returns what lets each finish what he is at */
export const sendShoppers = (world: World, count: number): (() => Promise<void>) => {
  const end = new AbortController()
  const shop = async (index: number) => {
    const process = `s${index}`
    const random = world.random.fork(process)
    for (let round = 0; !end.signal.aborted; round += 1) {
      const own = random.fork(String(round))
      await buy(world, own, process)
      await pause(own.int(...betweenMs))
    }
  }
  const all = Promise.all(Array.from({ length: count }, (_, index) => shop(index)))
  return async () => {
    end.abort()
    await all
  }
}
