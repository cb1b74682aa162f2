import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderStatus } from '@micromart/contracts/order'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { eventually } from '@micromart/testing'
import { mortality } from './mortal.ts'
import { aMember, refusalOf, startForTest, type TestShop } from './start.ts'

type Moment = 'before' | 'after'

const death = mortality()
let test: TestShop
beforeAll(async () => {
  test = await startForTest(death.ports)
})
afterAll(async () => {
  death.bury()
  await test[Symbol.asyncDispose]()
})

const { ORDER_STATUS_FAILED, ORDER_STATUS_PAID, ORDER_STATUS_PENDING } = OrderStatus

const ordersOf = async (rpc: ReturnType<TestShop['as']>) =>
  (await rpc.listOrders({ limit: 10, cursor: undefined })).items

const crashAt = async (step: string, moment: Moment, paymentToken = 'tok_visa') => {
  const member = aMember(test)
  const wish = { ...member.wish, paymentToken }
  const armed = death.arm(step, moment)
  member.order.placeOrder(wish).catch(() => undefined) // its answer never comes
  await eventually(() => expect(armed.reached).toBe(true))
  return { ...member, wish }
}

const steps: readonly (readonly [string, Moment])[] = [
  'open',
  'hold',
  'open payment',
  'save prices',
  'charge',
  'save order.paid',
].flatMap((step) => [[step, 'before'] as const, [step, 'after'] as const])

describe.each(steps)('a crash: %s, %s it happened', (step, moment) => {
  const nothingYet = step === 'open' && moment === 'before'
  const isPaid = step === 'save order.paid' && moment === 'after'

  it('is finished or undone by the sweeper, and its key buys once', async () => {
    const { sku, order: rpc, wish } = await crashAt(step, moment)

    await test.later(15_500)

    const [order] = await ordersOf(rpc)
    const captured =
      order && test.shop.payment(order.id)?.outcome === ChargeOutcome.CHARGE_OUTCOME_CAPTURED
    if (!nothingYet) {
      expect(order?.status).toBe(captured ? ORDER_STATUS_PAID : ORDER_STATUS_FAILED)
    }
    await eventually(() => expect(test.shop.available(sku)).toBe(captured ? 8 : 10))

    const again = await rpc.placeOrder(wish)

    expect(again.order?.status).toBe(ORDER_STATUS_PAID)
    expect(again.replayed).toBe(captured ?? false)
    const paid = (await ordersOf(rpc)).filter(({ status }) => status === ORDER_STATUS_PAID)
    expect(paid.map(({ id }) => id)).toEqual([again.order?.id])
    expect(test.shop.available(sku)).toBe(8)
  })

  it('is resumed by the shopper who repeats the request', async () => {
    const { sku, order: rpc, wish } = await crashAt(step, moment)
    if (!nothingYet && !isPaid) {
      const early = await refusalOf(rpc.placeOrder(wish))
      expect(early.code).toBe('idempotency_in_progress')
    }
    test.clock.advance(12_500)

    const { order } = await rpc.placeOrder(wish)

    expect(order?.status).toBe(ORDER_STATUS_PAID)
    expect((await ordersOf(rpc)).map(({ id, status }) => [id, status])).toEqual([
      [order?.id, ORDER_STATUS_PAID],
    ])
    expect(test.shop.available(sku)).toBe(8)
  })
})

describe.each(['before', 'after'] as const)('a crash %s the claim', (moment) => {
  it('leaves the claim to the sweeper', async () => {
    const { order: rpc } = await crashAt('claim', moment)
    const [order] = await ordersOf(rpc)
    const id = order?.id ?? ''
    await test.later(2_100)
    expect(test.shop.hold(id)).toBe('claimed')
    const { items } = await rpc.getTimeline({ id, orderToken: undefined })
    expect(items.filter(({ event }) => event === 'stock.claimed')).toHaveLength(1)
  })
})

describe.each([
  ['release', 'before'],
  ['release', 'after'],
  ['save order.failed', 'before'],
  ['save order.failed', 'after'],
] as const)('a crash after a decline: %s, %s it happened', (step, moment) => {
  it('ends as a decline all the same', async () => {
    const { sku, order: rpc, wish } = await crashAt(step, moment, 'tok_declined')
    await test.later(15_500)
    const again = await rpc.placeOrder(wish)
    expect(again).toMatchObject({ order: { status: ORDER_STATUS_FAILED }, replayed: true })
    expect(test.shop.available(sku)).toBe(10)
    expect(await ordersOf(rpc)).toHaveLength(1)
  })
})

it('leaves a young order to its attempt', async () => {
  const { order: rpc } = await crashAt('charge', 'before')
  await test.later(10_000)
  const [order] = await ordersOf(rpc)
  expect(order?.status).toBe(ORDER_STATUS_PENDING)
})
