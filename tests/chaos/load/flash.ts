import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { check } from '../checker/check.ts'
import type { Evidence } from '../checker/evidence.ts'
import { openWorld, pricesOf, type Settings } from '../experiment.ts'
import type { Pulse } from '../machine/pulse.ts'
import { randomFrom } from '../plan/random.ts'
import type { Shop } from '../shop/handle.ts'
import type { Answer } from './client.ts'
import { openHistory, operationsOf } from './history.ts'
import { newGuest } from './people.ts'
import { untilQuiet } from './settle.ts'
import { addToCart, newAttempt, place } from './shopping.ts'
import type { World } from './world.ts'

const units = 20
const buyers = 200
const atOnce = 32
const limitMs = 10_000

const inTurn = async <T>(work: readonly (() => Promise<T>)[]): Promise<T[]> => {
  const done: T[] = []
  const left = [...work.entries()]
  const next = async (): Promise<void> => {
    for (let item = left.shift(); item; item = left.shift()) done[item[0]] = await item[1]()
  }
  await Promise.all(Array.from({ length: atOnce }, next))
  return done
}

/** All fill their carts while the goods are there; then the sale opens. */
const sale = async (
  { client, staff, random }: World,
  sku: string,
  { fair }: Pulse,
): Promise<{ answers: Answer[]; tookMs: number }> => {
  await staff.create(sku, 4900, units)
  const attempts = await inTurn(
    Array.from({ length: buyers }, (_, index) => async () => {
      const person = newGuest(random.fork(`buyer${index}`), `b${index}`)
      await addToCart(client, random, person, { sku, quantity: 1 })
      return newAttempt(random, person, 'tok_visa')
    }),
  )
  const began = fair()
  const answers = await inTurn(attempts.map((attempt) => () => place(client, attempt)))
  return { answers, tookMs: fair() - began }
}

const baskets = 120

/** Two products in both orders at once: deadlocks are the shop's own affair. @returns orders that did not go through */
const crossing = async ({ client, random, pairs }: World): Promise<Answer[]> => {
  const attempts = await inTurn(
    Array.from({ length: baskets }, (_, index) => async () => {
      const person = newGuest(random.fork(`crossing${index}`), `c${index}`)
      const [a, b] = pairs[0]!
      for (const { sku } of index % 2 === 0 ? [a, b] : [b, a]) {
        await addToCart(client, random, person, { sku, quantity: 1 })
      }
      return newAttempt(random, person, 'tok_visa')
    }),
  )
  const answers = await inTurn(attempts.map((attempt) => () => place(client, attempt)))
  return answers.filter(({ status }) => status !== 201)
}

/** A flash sale without faults: exactly its units are sold, nobody sees a 5xx, and it is over in time; so with crossing baskets. */
export const flashSale = async (shop: Shop, settings: Settings): Promise<boolean> => {
  const { report, say, seed } = settings
  await using history = openHistory(path.join(report, 'history.ndjson'))
  const world = await openWorld(shop, history, { ...settings, minutes: 0.1, workers: 1 })
  const random = randomFrom(`${seed}/flash`)
  const sku = `FLASH-${random.word(8)}`.toUpperCase()
  const { answers, tookMs } = await sale(world, sku, settings.pulse)
  const stranded = await crossing(world)
  const { pulse } = settings
  const until = pulse.fair() + settings.patienceMs
  const dump = await untilQuiet({ shop, pulse, now: history.now, until })
  const operations = operationsOf(history.entries)
  const none = {
    stockReads: 1,
    brokenReads: [],
    faults: [],
    redisLosses: [],
    replayed: undefined,
    books: undefined,
  }
  const { prices, initial } = pricesOf(world, history)
  const facts = {
    prices: { ...prices, [sku]: [4900] },
    initial: { ...initial, [sku]: units },
    soldOut: [sku],
  }
  const evidence: Evidence = { operations, dump, ...none, ...facts }
  const violations = check(evidence)
  const count = (wanted: (answer: Answer) => boolean) => answers.filter(wanted).length
  const result = {
    paid: count(({ status }) => status === 201),
    refused: count(({ code }) => code === 'out_of_stock'),
    other: count(({ status, code }) => status !== 201 && code !== 'out_of_stock'),
    tookMs: Math.round(tookMs),
    crossingBaskets: baskets,
    crossingStranded: stranded.map(({ status, code }) => `${status} ${code ?? ''}`),
    violations,
  }
  say(JSON.stringify(result))
  writeFileSync(
    path.join(report, 'flash.json'),
    `${JSON.stringify({ seed, units, buyers, atOnce, ...result }, undefined, 1)}\n`,
  )
  const { paid, refused } = result
  const sold = paid === units && refused === buyers - units && tookMs < limitMs
  return sold && stranded.length === 0 && violations.length === 0
}
