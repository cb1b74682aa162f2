import { expect, it } from '@jest/globals'
import type { StateStore } from '@micromart/dapr'
import { DomainError, money, systemClock, systemIds } from '@micromart/kernel'
import * as fc from 'fast-check'
import { guestTokens } from '../src/crypto/guest-tokens-node.ts'
import type { Offer } from '../src/model/cart.ts'
import { cartsDapr } from '../src/repository/carts-dapr.ts'
import { cartUseCases } from '../src/usecase/index.ts'
import { newId, refusalOf, startForTest, unitsOf } from './start-for-test.ts'

/** What becomes of one save: it is done, it is not done, or it is done and nobody hears of it. */
type Fate = 'done' | 'not done' | 'done unheard'

/** Redis behind a sidecar that loses requests and answers. */
const lossyStore = () => {
  const entries = new Map<string, { text: string; etag: string }>()
  const fates: Fate[] = []
  let version = 0
  const unheard = () => new DomainError('unavailable', 'dependency_unavailable')
  const store: StateStore = {
    get: async (key) => {
      const entry = entries.get(key)
      return entry && { value: JSON.parse(entry.text), etag: entry.etag }
    },
    save: async (key, value, { etag }) => {
      const fate = fates.shift() ?? 'done'
      if (fate === 'not done') throw unheard()
      const entry = entries.get(key)
      if (entry && entry.etag !== etag) return 'conflict'
      version += 1
      entries.set(key, { text: JSON.stringify(value), etag: String(version) })
      if (fate === 'done unheard') throw unheard()
      return 'saved'
    },
    remove: async () => 'removed',
  }
  return { store, entries, meet: (list: readonly Fate[]) => fates.splice(0, fates.length, ...list) }
}

const offerOf = (sku: string): Offer => ({
  sku,
  productId: 'p',
  handle: 'h',
  title: 't',
  options: [],
  image: undefined,
  price: money(100, 'EUR'),
  availableQuantity: 90,
})

const replicaOn = (store: StateStore) =>
  cartUseCases({
    carts: cartsDapr(store),
    offers: { of: async (skus) => new Map(skus.map((sku) => [sku, offerOf(sku)])) },
    tokens: guestTokens,
    ids: systemIds,
    clock: systemClock,
    currency: 'EUR',
  })

type Replica = ReturnType<typeof replicaOn>
type Add = { readonly sku: string; readonly quantity: number }

const start = () => {
  const lossy = lossyStore()
  const replicas: readonly [Replica, Replica] = [replicaOn(lossy.store), replicaOn(lossy.store)]
  const owner = { kind: 'member', userId: newId() } as const
  const repeatable = (key: string, fingerprint = key) => ({ key, scope: 's', fingerprint })
  const add = (key: string, { sku, quantity }: Add, at: 0 | 1 = 0) =>
    replicas[at].addItem({ owner, repeatable: repeatable(key), sku, quantity })
  const units = async () => {
    const { cart } = await replicas[0].getLines({ owner })
    return unitsOf(cart?.lines ?? [])
  }
  return { ...lossy, replicas, owner, repeatable, add, units }
}

const anAdd = fc.record({
  sku: fc.constantFrom('A', 'B'),
  quantity: fc.integer({ min: 1, max: 3 }),
  at: fc.array(fc.constantFrom<0 | 1>(0, 1), { minLength: 1, maxLength: 4 }),
})

const summed = (adds: readonly Add[]) =>
  unitsOf(
    [...new Set(adds.map(({ sku }) => sku))].map((sku) => ({
      sku,
      quantity: adds
        .filter((add) => add.sku === sku)
        .reduce((sum, { quantity }) => sum + quantity, 0),
    })),
  )

it('adds once for one key, however many repeats run at once through two replicas', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anAdd, { minLength: 1, maxLength: 5 }), async (adds) => {
      const { add, units } = start()
      const rounds = await Promise.all(
        adds.map((each, index) => Promise.all(each.at.map((at) => add(`k${index}`, each, at)))),
      )
      for (const answers of rounds) {
        const fresh = answers.filter(({ replayed }) => !replayed)
        expect(fresh).toHaveLength(1)
        expect(new Set(answers.map(({ view }) => view.version)).size).toBe(1)
      }
      expect(await units()).toEqual(summed(adds))
    }),
    { numRuns: 60 },
  )
})

it('adds once when a save took effect and nobody heard of it, however often that happens', async () => {
  const fates = fc.array(fc.constantFrom<Fate>('done', 'not done', 'done unheard'), {
    maxLength: 12,
  })
  const adds = fc.array(anAdd, { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(adds, fates, async (list, met) => {
      const { add, units, meet } = start()
      meet(met)
      for (const [index, each] of list.entries()) {
        let tries = 0
        while (tries < 20) {
          tries += 1
          const answer = await add(`k${index}`, each).catch(() => undefined)
          if (answer) break
        }
      }
      expect(await units()).toEqual(summed(list))
    }),
    { numRuns: 100 },
  )
})

it('binds a refusal by the state, too, and leaves the version', async () => {
  const { add, replicas, owner } = start()
  await add('k1', { sku: 'A', quantity: 60 })
  const before = await replicas[0].getLines({ owner })
  const refused = { kind: 'precondition', code: 'out_of_stock' }
  await expect(add('k2', { sku: 'A', quantity: 35 })).rejects.toMatchObject(refused)
  expect((await replicas[0].getLines({ owner })).cart?.version).toBe(before.cart?.version)
  await replicas[0].setItem({ owner, sku: 'A', quantity: 1 })
  await expect(add('k2', { sku: 'A', quantity: 35 })).rejects.toMatchObject(refused)
})

it('binds nothing by bad input or by what is not there', async () => {
  const { add, replicas, owner, repeatable, units } = start()
  await expect(add('k', { sku: 'A', quantity: 0 })).rejects.toMatchObject({ kind: 'invalid' })
  const set = { owner, repeatable: repeatable('k', 'other'), sku: 'A', quantity: 3 }
  await expect(replicas[0].setItem(set)).rejects.toMatchObject({ kind: 'not_found' })
  await add('k', { sku: 'A', quantity: 2 })
  await expect(replicas[0].setItem(set)).rejects.toMatchObject({ code: 'idempotency_mismatch' })
  expect(await units()).toEqual({ A: 2 })
})

it('holds for setting, removing and clearing as well', async () => {
  const { add, replicas, owner, repeatable, units } = start()
  await add('add', { sku: 'A', quantity: 2 })
  const steps = [
    () => replicas[0].setItem({ owner, repeatable: repeatable('set'), sku: 'A', quantity: 5 }),
    () => replicas[0].removeItem({ owner, repeatable: repeatable('remove'), sku: 'A' }),
    () => replicas[0].clearCart({ owner, repeatable: repeatable('clear') }),
  ]
  for (const step of steps) {
    const first = await step()
    await replicas[1].addItem({ owner, sku: 'A', quantity: 1 })
    expect(await step()).toEqual({ ...first, replayed: true })
  }
  expect(await units()).toEqual({ A: 1 })
})

it('gives a guest without a cart a token each time: there is nobody yet whom a key could belong to', async () => {
  const { replicas, repeatable, entries } = start()
  const add = (token: string | undefined) =>
    replicas[0].addItem({
      owner: { kind: 'guest', token },
      repeatable: repeatable('k'),
      sku: 'A',
      quantity: 1,
    })
  const [first, second] = [await add(undefined), await add(undefined)]
  expect(first.token).not.toBe(second.token)
  expect(entries.size).toBe(2)
  const bound = await add(first.token)
  expect(await add(first.token)).toEqual({ ...bound, replayed: true })
})

it('reads the key from the call, and says of a repeat that it is one', async () => {
  await using shop = await startForTest()
  const id = newId()
  const digest = (of: string) => of.repeat(64)
  const { caller, rpc } = shop.keyed(id, {
    key: 'my key',
    scope: digest('a'),
    fingerprint: digest('b'),
  })
  const add = () => rpc.addItem({ cartToken: undefined, sku: 'A', quantity: 5 })
  shop.shelf.put('A', { availableQuantity: 4n })
  const refused = {
    kind: 'precondition',
    code: 'out_of_stock',
    params: { sku: 'A', available: '4' },
  }
  expect(await refusalOf(add())).toEqual(refused)
  expect(caller.replayed).toBe(false)
  shop.shelf.put('A', { availableQuantity: 9n })
  const traceId = expect.stringMatching(/^[0-9a-f]{32}$/) // of the first request
  const again = { ...refused, params: { ...refused.params, traceId } }
  expect(await refusalOf(add())).toEqual(again)
  expect(caller.replayed).toBe(true)

  const set = shop.keyed(id, { key: 'my key', scope: digest('c'), fingerprint: digest('d') })
  const first = await set.rpc.addItem({ cartToken: undefined, sku: 'A', quantity: 2 })
  expect(set.caller.replayed).toBe(false)
  expect(await set.rpc.addItem({ cartToken: undefined, sku: 'A', quantity: 2 })).toEqual(first)
  expect(set.caller.replayed).toBe(true)
  expect(unitsOf((await shop.member(id).getLines({})).lines)).toEqual({ A: 2 })

  const other = shop.keyed(id, { key: 'my key', scope: digest('c'), fingerprint: digest('e') })
  expect(await refusalOf(other.rpc.clearCart({}))).toMatchObject({ code: 'idempotency_mismatch' })
  expect(other.caller.replayed).toBe(false)
})
