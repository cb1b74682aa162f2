import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderStatus } from '@micromart/contracts/order'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { DomainError } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { mortality } from './mortal.ts'
import { aMember, startForTest, type TestShop } from './start.ts'

const death = mortality()
let test: TestShop
beforeAll(async () => {
  test = await startForTest(death.ports)
})
afterAll(async () => {
  death.bury()
  await test[Symbol.asyncDispose]()
})

type Rpc = ReturnType<TestShop['as']>
type Moment = 'before' | 'after'

const { CHARGE_OUTCOME_CAPTURED } = ChargeOutcome
const { ORDER_STATUS_FAILED, ORDER_STATUS_PAID, ORDER_STATUS_PENDING } = OrderStatus

/** What is away while the shopper repeats the request, as the RPCs that fail. */
const outages: readonly (readonly [string, readonly string[]])[] = [
  ['the hold', ['product.HoldStock']],
  ['the release', ['product.HoldStock', 'product.ReleaseStock']],
  ['the opening of a payment', ['payment.OpenPayment']],
  ['the charge', ['payment.Charge']],
  ['payment', ['payment.OpenPayment', 'payment.CancelPayment', 'payment.Charge']],
  ['all but the cart', ['product.HoldStock', 'product.ReleaseStock', 'payment.OpenPayment']],
]

const steps: readonly (readonly [string, Moment])[] = [
  ['hold', 'after'],
  ['save prices', 'after'],
  ['charge', 'after'],
  ['save order.paid', 'before'],
]

const rpcs = new Set([...outages.flatMap(([, list]) => list), 'payment.ContinueCharge'])
const isAway = (): never => {
  throw new DomainError('unavailable', 'provider_unavailable')
}
const outage = (list: readonly string[]) => {
  for (const rpc of list) test.shop.next(rpc, isAway, isAway)
}
const isOver = () => {
  for (const rpc of rpcs) test.shop.next(rpc)
}
afterEach(isOver)

const ordersOf = async (rpc: Rpc) => (await rpc.listOrders({ limit: 10, cursor: undefined })).items

const crashAt = async (step: string, moment: Moment, paymentToken = 'tok_visa') => {
  const member = aMember(test)
  const wish = { ...member.wish, paymentToken }
  const armed = death.arm(step, moment)
  member.order.placeOrder(wish).catch(() => undefined) // its answer never comes
  await eventually(() => expect(armed.reached).toBe(true))
  test.clock.advance(12_500)
  return { ...member, wish }
}

/** Answers and refusals alike: what counts is what has come of them. */
const tried = async (work: Promise<unknown>) => {
  try {
    await work
    return undefined
  } catch (error) {
    if (error instanceof DomainError) return error.code
    throw error
  }
}

/** The orders whose money the shop has. */
const takenOf = async (rpc: Rpc) => {
  const orders = await ordersOf(rpc)
  return orders.filter(({ id }) => {
    const payment = test.shop.payment(id)
    return payment?.outcome === CHARGE_OUTCOME_CAPTURED && payment.refunds.size === 0
  })
}

const sweepOn = async () => {
  for (const ms of [15_500, 2_500, 8_500, 8_500]) await test.later(ms)
}

describe.each(outages)('a request that is repeated while %s is away', (_what, list) => {
  it.each(steps)('after a crash at "%s", %s it, buys at most once', async (step, moment) => {
    const { sku, order: rpc, wish } = await crashAt(step, moment)
    outage(list)
    await tried(rpc.placeOrder(wish))
    isOver()

    await tried(rpc.placeOrder(wish))
    await sweepOn()
    const { order, replayed } = await rpc.placeOrder(wish)

    const buys = order?.status === ORDER_STATUS_PAID
    expect(buys || replayed).toBe(true) // or nothing reached the provider: its 402 is kept
    expect((await takenOf(rpc)).map(({ id, status }) => [id, status])).toEqual(
      buys ? [[order.id, ORDER_STATUS_PAID]] : [],
    )
    expect(test.shop.available(sku)).toBe(buys ? 8 : 10)
  })

  it.each(steps)('after a crash at "%s", %s it, is ended by the sweeper', async (step, moment) => {
    const { sku, order: rpc, wish } = await crashAt(step, moment)
    outage(list)
    await tried(rpc.placeOrder(wish))
    isOver()

    await sweepOn()

    const taken = await takenOf(rpc)
    for (const { status } of taken) expect(status).toBe(ORDER_STATUS_PAID)
    const [order, ...more] = await ordersOf(rpc)
    expect(more).toEqual([])
    expect(order?.status).toBe(taken.length === 1 ? ORDER_STATUS_PAID : ORDER_STATUS_FAILED)
    expect(test.shop.available(sku)).toBe(10 - 2 * taken.length)
  })
})

describe('a resumed order whose charge came through', () => {
  it('is paid, not given up, when payment cannot be opened', async () => {
    const { order: rpc, wish } = await crashAt('charge', 'after')
    outage(['payment.OpenPayment'])

    const { order } = await rpc.placeOrder(wish)

    expect(order?.status).toBe(ORDER_STATUS_PAID)
  })

  it('stays as it is while payment does not say what became of it', async () => {
    const { sku, order: rpc, wish } = await crashAt('charge', 'after')
    outage(['payment.OpenPayment', 'payment.CancelPayment'])

    expect(await tried(rpc.placeOrder(wish))).toBe('dependency_unavailable')

    const [order] = await ordersOf(rpc)
    expect(order?.status).toBe(ORDER_STATUS_PENDING)
    expect(test.calledFor(order?.id ?? '')).not.toContain('product.ReleaseStock')
    expect(test.shop.available(sku)).toBe(8)
    isOver()
    const again = await rpc.placeOrder(wish) // its key is not locked
    expect(again.order).toMatchObject({ id: order?.id, status: ORDER_STATUS_PAID })
  })

  it('stays as it is while the provider does not say', async () => {
    const { order: rpc, wish } = await crashAt('charge', 'after', 'tok_timeout')
    outage(['product.HoldStock'])

    expect(await tried(rpc.placeOrder(wish))).toBe('dependency_unavailable')

    const [order] = await ordersOf(rpc)
    expect(order?.status).toBe(ORDER_STATUS_PENDING)
    expect(test.calledFor(order?.id ?? '')).not.toContain('product.ReleaseStock')
  })
})

it('answers a decline that nobody heard, though its goods are free already', async () => {
  const { sku, order: rpc, wish } = await crashAt('release', 'after', 'tok_declined')

  const { order } = await rpc.placeOrder(wish)

  expect(order?.status).toBe(ORDER_STATUS_FAILED)
  expect(await rpc.placeOrder(wish)).toMatchObject({ order: { id: order?.id }, replayed: true })
  expect(test.shop.available(sku)).toBe(10)
})

it('begins anew where only the goods were freed', async () => {
  const member = aMember(test)
  outage(['payment.OpenPayment'])
  const armed = death.arm('release', 'after')
  member.order.placeOrder(member.wish).catch(() => undefined)
  await eventually(() => expect(armed.reached).toBe(true))
  isOver()
  test.clock.advance(12_500)

  expect(await tried(member.order.placeOrder(member.wish))).toBe('dependency_unavailable')

  const { order } = await member.order.placeOrder(member.wish)
  expect(order?.status).toBe(ORDER_STATUS_PAID)
  expect(test.shop.available(member.sku)).toBe(8)
})

it('pays once when the shopper comes back twice, the second time while payment is away', async () => {
  const { order: rpc, wish } = aMember(test)
  const { order } = await rpc.placeOrder({ ...wish, paymentToken: 'tok_3ds' })
  const name = { id: order?.id ?? '', orderToken: undefined }
  const armed = death.arm('continue', 'after')
  rpc.continuePayment(name).catch(() => undefined)
  await eventually(() => expect(armed.reached).toBe(true))
  outage(['payment.ContinueCharge'])

  await tried(rpc.continuePayment(name))
  isOver()
  await sweepOn()

  expect((await rpc.getOrder(name)).order?.status).toBe(ORDER_STATUS_PAID)
  expect(test.shop.payment(name.id)?.refunds.size).toBe(0)
})
