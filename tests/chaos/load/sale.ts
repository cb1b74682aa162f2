import type { Sale } from '../checker/evidence.ts'
import type { Pulse } from '../machine/pulse.ts'
import { knownNow } from './buying.ts'
import type { Answer } from './client.ts'
import { newGuest } from './people.ts'
import { addToCart, newAttempt, place } from './shopping.ts'
import type { World } from './world.ts'

const units = 20
const buyers = 200
const baskets = 120
const atOnce = 32

const inTurn = async <T>(work: readonly (() => Promise<T>)[]): Promise<T[]> => {
  const done: T[] = []
  const left = [...work.entries()]
  const next = async (): Promise<void> => {
    for (let item = left.shift(); item; item = left.shift()) done[item[0]] = await item[1]()
  }
  await Promise.all(Array.from({ length: atOnce }, next))
  return done
}

/** Shoppers whose carts are full; each buys when all are ready. */
const rush = async (
  world: World,
  count: number,
  name: string,
  skusOf: (index: number) => readonly string[],
  opens: () => void = () => {},
): Promise<Answer[]> => {
  const { client, random } = world
  const attempts = await inTurn(
    Array.from({ length: count }, (_, index) => async () => {
      const person = newGuest(random.fork(`${name}${index}`), `${name}${index}`)
      for (const sku of skusOf(index)) await addToCart(client, random, person, { sku, quantity: 1 })
      return newAttempt(random, person, 'tok_visa')
    }),
  )
  opens()
  return inTurn(
    attempts.map((attempt) => async () => {
      world.open.set(attempt.key, attempt)
      const answer = await place(client, attempt)
      knownNow(world, attempt, answer)
      return answer
    }),
  )
}

const shown = ({ status, code }: Answer): string => `${status} ${code ?? ''}`.trim()

/**
 * A sale without faults: 20 units, 200 buyers, 32 at once. Then two products in both orders at once: deadlocks are the shop's own
 * affair.
 */
export const holdSale = async (world: World, { fair }: Pulse): Promise<Sale> => {
  const { staff, random, pairs } = world
  const shelf = await staff.create(`SALE-${random.word(8)}`.toUpperCase(), 4900, units)
  let [began, passed] = [0, 0]
  const opens = () => void ([began, passed] = [fair(), performance.now()])
  const answers = await rush(world, buyers, 'b', () => [shelf.sku], opens)
  const tookMs = Math.round(fair() - began)
  const slowdown = (performance.now() - passed) / Math.max(1, tookMs)
  const [a, b] = pairs[0]!
  const crossed = await rush(world, baskets, 'c', (index) =>
    index % 2 === 0 ? [a.sku, b.sku] : [b.sku, a.sku],
  )
  const count = (wanted: (answer: Answer) => boolean) => answers.filter(wanted).length
  const isOther = ({ status, code }: Answer) => status !== 201 && code !== 'out_of_stock'
  return {
    units,
    buyers,
    atOnce,
    tookMs,
    slowdown,
    paid: count(({ status }) => status === 201),
    refused: count(({ code }) => code === 'out_of_stock'),
    other: answers.filter(isOther).map(shown),
    baskets,
    stranded: crossed.filter(({ status }) => status !== 201).map(shown),
  }
}
