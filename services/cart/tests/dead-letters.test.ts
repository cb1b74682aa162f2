import { expect, it } from '@jest/globals'
import { topics } from '@micromart/contracts'
import { connectSidecar } from '@micromart/dapr'
import { deadLettersContract, startFakeSidecar } from '@micromart/testing'
import { auditDapr } from '../src/repository/audit-dapr.ts'
import { lettersDapr } from '../src/repository/letters-dapr.ts'
import {
  guestCart,
  newId,
  refusalOf,
  startForTest,
  type TestShop,
  unitsOf,
} from './start-for-test.ts'

const openStore = async () => {
  await using starting = new AsyncDisposableStack()
  const fake = starting.use(await startFakeSidecar({ appId: 'cart' }))
  const { grpcPort, httpPort } = fake
  const { state } = starting.use(await connectSidecar({ grpcPort, httpPort, appId: 'cart' }))
  const stack = starting.move()
  const letters = lettersDapr(state, auditDapr(state))
  return { fake, letters, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

it.each(deadLettersContract)('%s', async (_name, run) => {
  await using store = await openStore()
  await run(store.letters)
})

const at = new Date('2026-11-22T10:00:00.000Z')
const aLetter = (id: string) => ({
  id,
  topic: topics.orderPaid as string,
  payload: '{}',
  traceparent: undefined,
  at,
})

it('keeps a letter whatever its id is made of', async () => {
  await using store = await openStore()
  const ids = ['a||b', '*', 'letters', '__proto__']
  for (const id of ids) await store.letters.keep(aLetter(id))
  const { items } = await store.letters.list({ limit: 10 })
  expect(items.map(({ id }) => id)).toEqual(ids.toReversed())
  expect([...store.fake.state.keys()].filter((key) => key.includes('||'))).toEqual([])
})

it('mends what a crash between record and index has left', async () => {
  await using store = await openStore()
  const { letters, fake } = store
  await letters.keep(aLetter('one'))
  const before = fake.state.get('letters')!
  await letters.keep(aLetter('two'))
  fake.state.set('letters', { ...before, etag: 'crashed' })
  expect(await letters.countOpen()).toBe(1)
  await letters.keep(aLetter('two')) // the broker delivers again what was not acknowledged
  expect(await letters.countOpen()).toBe(2)

  const open = fake.state.get('letters')!
  const by = { actor: { kind: 'user', id: 'ops', roles: [] } } as const
  const entry = { by, at, action: 'dead_letter.discard', objectId: 'one' } as const
  await letters.decide('one', { at, actor: 'ops', action: 'discarded', note: '' }, entry)
  fake.state.set('letters', { ...open, etag: 'crashed again' })
  const { items } = await letters.list({ state: 'open', limit: 10 })
  expect(items.map(({ id }) => id)).toEqual(['two'])
  expect(await letters.countOpen()).toBe(1)
})

it('keeps open letters for good, and failures that became none for two days', async () => {
  await using store = await openStore()
  const { letters, fake } = store
  await letters.noteFailure({ eventId: 'x', topic: 't', reason: 'r', attempts: 1, at })
  const expiries = () => [...fake.state.values()].map(({ expiresAt }) => expiresAt)
  const days = (expiries()[0]!.getTime() - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(1.9)
  await letters.keep(aLetter('x'))
  expect(expiries()).toEqual([undefined, undefined])
})

const bought = async (shop: TestShop) => {
  const cartToken = await guestCart(shop, { A: 5 })
  const { cartId, cartKey } = await shop.guest.getLines({ cartToken })
  const event = { orderId: newId(), cartId, cartKey, lines: [{ sku: 'A', quantity: 2 }] }
  const units = async () => unitsOf((await shop.guest.getLines({ cartToken })).lines)
  return { event, units }
}

/** As the sidecar does it: the event, and once it is given up, the letter. */
const giveUp = async (shop: TestShop, payload: unknown, id: string) => {
  const answers = [await shop.sidecar.deliver(topics.orderPaid, payload, { id })]
  while (answers.at(-1) === 'RETRY' && answers.length < 3) {
    answers.push(await shop.sidecar.deliver(topics.orderPaid, payload, { id }))
  }
  const letter = { id, publishedTo: topics.orderPaid }
  expect(await shop.sidecar.deliver('dead.cart.v1', payload, letter)).toBe('SUCCESS')
  return answers
}

it('keeps a poisoned event as a letter with its reason, which a replay does not make good', async () => {
  await using shop = await startForTest()
  const id = newId()
  const ops = shop.desk(newId())
  expect(await giveUp(shop, { orderId: 'none' }, id)).toEqual(['DROP'])
  expect(
    (await ops.listDeadLetters({ limit: 10, cursor: undefined, state: 'open' })).items,
  ).toEqual([
    expect.objectContaining({
      id,
      consumer: 'cart',
      topic: topics.orderPaid,
      payload: '{"orderId":"none"}',
      reason: 'event_invalid',
      attempts: 1,
      state: 'open',
    }),
  ])
  expect((await shop.backlog.getBacklog({})).openDeadLetters).toBe(1n)
  expect(await refusalOf(ops.replayDeadLetter({ id }))).toMatchObject({
    kind: 'precondition',
    code: 'dead_letter_refused',
    params: { reason: 'event_invalid' },
  })
  await ops.discardDeadLetter({ id, note: 'made by hand' })
  expect((await shop.backlog.getBacklog({})).openDeadLetters).toBe(0n)
})

it('takes the goods out when a letter is replayed, and once, whatever came in between', async () => {
  await using shop = await startForTest()
  const { event, units } = await bought(shop)
  const id = newId()
  const stuck = newId()
  const { state } = shop.sidecar
  const cart = state.get(event.cartKey)!
  state.set(event.cartKey, { ...cart, value: { schemaVersion: 9 } }) // of a newer release, for a while
  expect(await giveUp(shop, event, id)).toEqual(['RETRY', 'RETRY', 'RETRY'])
  expect(await giveUp(shop, event, stuck)).toEqual(['RETRY', 'RETRY', 'RETRY'])
  state.set(event.cartKey, cart)
  expect(await units()).toEqual({ A: 5 })
  const ops = shop.desk(newId())
  const { letter } = await ops.replayDeadLetter({ id })
  expect(letter).toMatchObject({ reason: 'cart_newer', attempts: 3, state: 'replayed' })
  expect(await units()).toEqual({ A: 3 })
  expect(await shop.sidecar.deliver(topics.orderPaid, event, { id })).toBe('SUCCESS')
  expect((await ops.replayDeadLetter({ id: stuck })).letter?.state).toBe('replayed')
  expect(await units()).toEqual({ A: 3 })
  expect(await refusalOf(ops.replayDeadLetter({ id }))).toMatchObject({
    code: 'dead_letter_closed',
  })
})
