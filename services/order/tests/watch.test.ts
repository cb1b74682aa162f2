import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { OrderServiceService, type WatchOrderResponse } from '@micromart/contracts/order'
import { connectSidecar, runInContext, type Sidecar } from '@micromart/dapr'
import { inTransaction, openDatabase } from '@micromart/store'
import { eventually } from '@micromart/testing'
import { addEntries } from '../src/repository/timeline-mysql.ts'
import { entities } from '../src/repository/rows.ts'
import { happened } from '../src/model/timeline.ts'
import { aMember, aWish, startForTest, type TestShop } from './start.ts'

const stack = new AsyncDisposableStack()
let test: TestShop
let wire: Sidecar
beforeAll(async () => {
  test = stack.use(await startForTest())
  const at = { grpcPort: test.service.port, httpPort: 0, apiToken: undefined, appId: 'test' }
  wire = stack.use(await connectSidecar(at))
})
afterAll(() => stack.disposeAsync())

type Watch = {
  readonly token?: string
  readonly orderToken?: string
  readonly after?: bigint
}

/** A stream of an order's timeline; `ended` resolves to the error's code, or to 0. */
const watch = (id: string, { token, orderToken, after = 0n }: Watch) => {
  const told: WatchOrderResponse[] = []
  const request = { id, orderToken, after }
  const stream = runInContext(token === undefined ? {} : { token }, () =>
    wire.stream(OrderServiceService, 'test').watchOrder(request),
  )
  const ended = new Promise<number>((resolve) => {
    stream.on('data', (message: WatchOrderResponse) => told.push(message))
    stream.on('error', (error: Error & { readonly code?: number }) => resolve(error.code ?? -1))
    stream.on('end', () => resolve(0))
  })
  const events = () => told.flatMap(({ entry }) => entry?.event ?? [])
  return { told, events, ended, cancel: () => stream.cancel() }
}

const aPaidOrder = async () => {
  const member = aMember(test)
  const { order } = await member.order.placeOrder(member.wish)
  const token = test.tokens.userToken({ id: member.id })
  return { ...member, id: order?.id ?? '', userId: member.id, token }
}

const noWatchers = () =>
  eventually(async () => expect(await test.metric('micromart_order_watchers')).toBe(0))

it('tells the timeline so far, then each entry, to the last one, and ends', async () => {
  const { id, token, order: rpc } = await aPaidOrder()
  const { told, events, ended } = watch(id, { token })
  await eventually(() => expect(events().at(-1)).toBe('stock.claimed'))

  await rpc.cancelOrder({ id, orderToken: undefined })

  expect(await ended).toBe(0)
  expect(events()).toEqual([
    'order.placed',
    'stock.held',
    'payment.charged',
    'order.paid',
    'stock.claimed',
    'order.cancelled',
    'payment.refunded',
    'stock.returned',
  ])
  expect(told.filter(({ last }) => last)).toEqual([told.at(-1)])
  const { items } = await rpc.getTimeline({ id, orderToken: undefined })
  expect(told.flatMap(({ entry }) => entry ?? [])).toEqual(items)
  await noWatchers()
})

it('resumes after an entry, and tells who comes too late that nothing follows', async () => {
  const { id, token, order: rpc } = await aPaidOrder()
  await rpc.cancelOrder({ id, orderToken: undefined })
  const { items } = await rpc.getTimeline({ id, orderToken: undefined })
  const seqs = items.map(({ seq }) => seq)
  expect(seqs).toEqual(seqs.toSorted((a, b) => Number(a - b)))

  const rest = watch(id, { token, after: seqs.at(-3) ?? 0n })
  expect(await rest.ended).toBe(0)
  expect(rest.told.map(({ entry }) => entry)).toEqual(items.slice(-2))

  const late = watch(id, { token, after: seqs.at(-1) ?? 0n })
  expect(await late.ended).toBe(0)
  expect(late.told).toEqual([{ entry: undefined, last: true }])
})

it('hears of what another replica writes, also when its commit comes late', async () => {
  const { id, token } = await aPaidOrder()
  const other = await aPaidOrder()
  const { events, cancel } = watch(id, { token })
  await eventually(() => expect(events().at(-1)).toBe('stock.claimed'))
  await using db = await openDatabase({ url: test.database.url, entities })
  const entry = () => happened('payment.pending', { at: new Date(), status: 'PAID' })

  const seen = watch(other.id, { token: other.token })
  await eventually(() => expect(seen.events().at(-1)).toBe('stock.claimed'))

  await inTransaction(db, async (slow) => {
    await addEntries(slow, id, [entry()])
    // Its id is lower than this one's, which is seen first.
    await inTransaction(db, (fast) => addEntries(fast, other.id, [entry()]))
    await eventually(() => expect(seen.events().at(-1)).toBe('payment.pending'))
  })

  await eventually(() => expect(events().at(-1)).toBe('payment.pending'))
  cancel()
  seen.cancel()
  await noWatchers()
})

it('opens to a guest by the order’s token, and to nobody else', async () => {
  const sku = test.shop.offer(500n)
  test.shop.fill('a-guest', [{ sku, quantity: 1 }])
  const wish = aWish({ cartToken: 'a-guest', email: 'guest@example.org' })
  const { order } = await test.guest.placeOrder(wish)
  const id = order?.id ?? ''
  const own = watch(id, { orderToken: order?.orderToken ?? '' })
  await eventually(() => expect(own.events()).toContain('order.paid'))
  own.cancel()

  const stranger = await aPaidOrder()
  expect(await watch(id, { token: stranger.token }).ended).toBe(5) // NOT_FOUND
  expect(await watch(id, { orderToken: 'guessed' }).ended).toBe(5)
  expect(await watch(stranger.id, {}).ended).toBe(16) // UNAUTHENTICATED
})

it('ends with the caller’s token', async () => {
  const { id, userId } = await aPaidOrder()
  const exp = Math.floor(Date.now() / 1_000) + 3 // long enough to be told the timeline on a slow machine
  const token = test.tokens.userToken({ id: userId, claims: { exp } })
  const { ended, told } = watch(id, { token })
  expect(await ended).toBe(0)
  expect(told.length).toBeGreaterThan(0)
  expect(told.at(-1)?.last).toBe(false)
})

it('leaves nothing behind of five hundred streams, and asks nothing while nobody watches', async () => {
  const { id, token } = await aPaidOrder()
  const streams = Array.from({ length: 500 }, () => watch(id, { token }))
  const soon = { withinMs: 20_000 }
  const watchers = () => test.metric('micromart_order_watchers')
  await eventually(async () => expect(await watchers()).toBe(500), soon)
  await eventually(() => {
    for (const { events } of streams) expect(events()).toContain('order.paid')
  }, soon)
  for (const { cancel } of streams) cancel()
  await Promise.all(streams.map(({ ended }) => ended))
  await noWatchers()
}, 30_000)
