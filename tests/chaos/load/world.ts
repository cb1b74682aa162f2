import type { Random } from '../plan/random.ts'
import type { Client } from './client.ts'
import type { History } from './history.ts'
import type { ProviderApi } from './provider-api.ts'
import type { Attempt } from './shopping.ts'
import type { Person } from './people.ts'
import type { Shelf, Staff } from './staff.ts'

/** Which of the shop's routes are built: newer workloads wait for theirs. */
export type Features = {
  readonly refunds: boolean
  readonly shipping: boolean
  readonly webhooks: boolean
  readonly continues: boolean
  readonly books: boolean
  readonly desk: boolean
}

/** All that the workloads share. */
export type World = {
  readonly client: Client
  readonly staff: Staff
  readonly provider: ProviderApi
  readonly history: History
  readonly random: Random
  readonly features: Features
  /** Few units each, sold out one after the other. */
  readonly hot: readonly Shelf[]
  readonly spread: readonly Shelf[]
  /** Bought in both orders, to provoke deadlocks. */
  readonly pairs: readonly (readonly [Shelf, Shelf])[]
  /** Odd numbers of units, bought two or three at a time. */
  readonly last: readonly Shelf[]
  readonly restocked: readonly Shelf[]
  readonly priced: readonly Shelf[]
  /** Archived while they are bought. */
  readonly fleeting: readonly Shelf[]
  readonly members: readonly Person[]
  /** Every person whose cart the checker reads in the end. */
  readonly people: Set<Person>
  /** Every attempt whose answer is not known yet. */
  readonly open: Map<string, Attempt>
  readonly counts: { hot: number; duplicates: number; mismatches: number }
}

type Sizes = { readonly hot: number; readonly spread: number; readonly fleeting: number }

const inBatches = async <T>(work: readonly (() => Promise<T>)[], atOnce: number): Promise<T[]> => {
  const done: T[] = []
  for (let from = 0; from < work.length; from += atOnce) {
    done.push(...(await Promise.all(work.slice(from, from + atOnce).map((each) => each()))))
  }
  return done
}

/** Fills the shelves. */
export const stockShelves = async (staff: Staff, random: Random, sizes: Sizes) => {
  const shelf = (name: string, stock: number) => () =>
    staff.create(`${name}-${random.word(6)}`.toUpperCase(), random.int(100, 20_000), stock)
  const many = (name: string, count: number, stock: () => number) =>
    inBatches(
      Array.from({ length: count }, (_, index) => shelf(`${name}${index}`, stock())),
      4,
    )
  const paired = await many('pair', 4, () => 100_000)
  return {
    hot: await many('hot', sizes.hot, () => 20),
    spread: await many('spread', sizes.spread, () => 100_000),
    pairs: [
      [paired[0]!, paired[1]!],
      [paired[2]!, paired[3]!],
    ] as const,
    last: await many('last', 6, () => 2 * random.int(20, 60) + 1),
    restocked: await many('restock', 2, () => 30),
    priced: await many('priced', 3, () => 100_000),
    fleeting: await many('fleeting', sizes.fleeting, () => 50),
  }
}

/** What the gateway's own description says is built. */
export const featuresOf = async (gateway: string): Promise<Features> => {
  const answer = await fetch(`${gateway}/openapi.json`)
  const { paths } = (await answer.json()) as { paths: Record<string, unknown> }
  const has = (path: string) => path in paths
  return {
    refunds: has('/v1/admin/orders/{id}/refunds'),
    shipping: has('/v1/admin/orders/{id}/ship'),
    webhooks: has('/v1/webhooks/{provider}'),
    continues: has('/v1/orders/{id}/payment'),
    books: has('/v1/admin/books'),
    desk: has('/v1/admin/dead-letters'),
  }
}
