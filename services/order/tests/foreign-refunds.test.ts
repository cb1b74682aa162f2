import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { topics } from '@micromart/contracts'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { away } from './fake-shop.ts'
import { eur, sold } from './sold.ts'
import { aMember, refusalOf, startForTest, type TestShop } from './start.ts'

let test: TestShop
beforeAll(async () => {
  test = await startForTest()
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
})

const { ORDER_STATUS_CANCELLED, ORDER_STATUS_FAILED, ORDER_STATUS_PAID } = OrderStatus
const { ORDER_STATUS_REFUNDED, ORDER_STATUS_SHIPPED } = OrderStatus
const { PAYMENT_STATUS_PARTIALLY_REFUNDED, PAYMENT_STATUS_REFUNDED } = PaymentStatus

type Sold = Awaited<ReturnType<typeof sold>>

const eventsOf = async ({ order: rpc, name }: Pick<Sold, 'order' | 'name'>) =>
  (await rpc.getTimeline(name)).items.map(({ event }) => event)

const refundsOf = async ({ staff, id }: Pick<Sold, 'staff' | 'id'>) =>
  (await staff.listRefunds({ orderId: id })).items.map(({ id: refundId, amount, status }) => [
    refundId,
    amount?.amount,
    status,
  ])

/** As payment publishes it. */
const telling = (orderId: string, refundId: string) =>
  test.sidecar.deliver(topics.paymentRefunded, { orderId, refundId })

/** How often payment was asked to give money back for an order. */
const askedFor = (id: string) => test.calledFor(id).filter((rpc) => rpc === 'payment.Refund').length

describe('a refund that was made at the provider’s desk', () => {
  it('is taken over when payment tells of it, and a later cancellation gives back the rest', async () => {
    const one = await sold(test)
    const { id, read, order: rpc, name, sku, given } = one
    const refundId = test.shop.refundAtDesk(id, 500n)

    expect(await telling(id, refundId)).toBe('SUCCESS')

    await eventually(async () =>
      expect(await read()).toMatchObject({
        status: ORDER_STATUS_PAID,
        payment: { status: PAYMENT_STATUS_PARTIALLY_REFUNDED },
        refunded: eur(500n),
      }),
    )
    expect((await rpc.getTimeline(name)).items.at(-1)).toMatchObject({
      event: 'payment.refunded_at_provider',
      message: 'Refund of 5.00 EUR made at the payment provider’s own desk',
      actor: 'provider',
      status: ORDER_STATUS_PAID,
    })
    expect(await refundsOf(one)).toEqual([[refundId, 500n, 'refunded']])
    await eventually(() => expect(test.told(id)).toEqual(['order.paid.v1', 'order.refunded.v1']))
    expect(await telling(id, refundId)).toBe('SUCCESS')
    expect(askedFor(id)).toBe(0)

    const { order } = await rpc.cancelOrder(name)

    expect(order).toMatchObject({
      status: ORDER_STATUS_CANCELLED,
      payment: { status: PAYMENT_STATUS_REFUNDED },
      refunded: eur(2_500n),
    })
    expect(given()).toEqual([
      [refundId, 500n],
      [id, 2_000n],
    ])
    expect(test.shop.available(sku)).toBe(10)
  })

  it('is found by the sweeper when no event comes, with all others, and once', async () => {
    const [one, two] = [await sold(test), await sold(test)]
    const first = test.shop.refundAtDesk(one.id, 500n)
    const second = test.shop.refundAtDesk(one.id, 700n)
    const other = test.shop.refundAtDesk(two.id, 1n)

    await test.sweep()
    await test.sweep()

    expect(await refundsOf(one)).toEqual([
      [first, 500n, 'refunded'],
      [second, 700n, 'refunded'],
    ])
    expect(await refundsOf(two)).toEqual([[other, 1n, 'refunded']])
    expect((await one.read())?.refunded).toEqual(eur(1_200n))
    const again = await test.replica() // its first look begins with the first refund there was
    await again.sweep()
    await again[Symbol.asyncDispose]()
    expect(await refundsOf(one)).toHaveLength(2)
    const event = (name: string) => name === 'payment.refunded_at_provider'
    expect((await eventsOf(one)).filter(event)).toHaveLength(2)
  })

  it('of all that was paid cancels what was not shipped: goods back, nothing to ship', async () => {
    const one = await sold(test)
    const { id, read, sku, other, staff } = one
    const refundId = test.shop.refundAtDesk(id, 2_500n)

    await telling(id, refundId)

    await eventually(async () =>
      expect(await read()).toMatchObject({
        status: ORDER_STATUS_CANCELLED,
        payment: { status: PAYMENT_STATUS_REFUNDED },
        refunded: eur(2_500n),
      }),
    )
    expect([test.shop.available(sku), test.shop.available(other)]).toEqual([10, 10])
    expect((await eventsOf(one)).slice(-3)).toEqual([
      'payment.refunded_at_provider',
      'order.cancelled',
      'stock.returned',
    ])
    const ship = staff.shipOrder({ id, carrier: undefined, trackingCode: undefined })
    expect(await refusalOf(ship)).toMatchObject({ code: 'illegal_move' })
    expect(askedFor(id)).toBe(0)
    await eventually(() =>
      expect(test.told(id)).toEqual(['order.paid.v1', 'order.refunded.v1', 'order.cancelled.v1']),
    )
  })

  it('of all that was left ends a shipped order as refunded', async () => {
    const one = await sold(test)
    await one.ship()
    await one.ask({ amount: eur(500n) })
    test.shop.refundAtDesk(one.id, 2_000n)
    await test.sweep()
    expect(await one.read()).toMatchObject({
      status: ORDER_STATUS_REFUNDED,
      payment: { status: PAYMENT_STATUS_REFUNDED },
    })
    expect((await eventsOf(one)).slice(-2)).toEqual([
      'payment.refunded_at_provider',
      'order.refunded',
    ])
  })

  it('leaves a refund of ours on its way, which is refused when the money is gone', async () => {
    const one = await sold(test)
    const { id, read, ask, ship } = one
    await ship()
    test.shop.next('payment.Refund', away)
    const { refund } = await ask({ amount: eur(700n) })
    const refundId = test.shop.refundAtDesk(id, 2_500n)

    await telling(id, refundId)

    await eventually(async () =>
      expect(await read()).toMatchObject({
        status: ORDER_STATUS_REFUNDED,
        payment: { status: PAYMENT_STATUS_REFUNDED },
        refunded: eur(2_500n),
      }),
    )
    expect(await refundsOf(one)).toEqual([
      [refund?.id, 700n, 'refused'],
      [refundId, 2_500n, 'refunded'],
    ])
  })

  it('in the middle of a cancellation has what is left asked for anew, and no more', async () => {
    const one = await sold(test)
    const { id, read, order: rpc, name, sku } = one
    test.shop.next('payment.Refund', away)
    await rpc.cancelOrder(name)
    const refundId = test.shop.refundAtDesk(id, 500n)

    await telling(id, refundId)
    await eventually(async () =>
      expect(await read()).toMatchObject({
        status: ORDER_STATUS_CANCELLED,
        payment: { status: PAYMENT_STATUS_REFUNDED },
        refunded: eur(2_500n),
      }),
    )
    expect(await refundsOf(one)).toEqual([
      [id, 2_500n, 'refused'],
      [refundId, 500n, 'refunded'],
      [expect.any(String), 2_000n, 'refunded'],
    ])
    expect(test.shop.available(sku)).toBe(10)
  })

  it('after the provider refused ours settles what is owed: staff gave it back by hand', async () => {
    const one = await sold(test)
    test.shop.refuseRefunds(one.id)
    await one.order.cancelOrder(one.name)
    test.shop.refundAtDesk(one.id, 2_500n)
    await test.sweep()
    expect(await one.read()).toMatchObject({
      status: ORDER_STATUS_CANCELLED,
      payment: { status: PAYMENT_STATUS_REFUNDED },
      refunded: eur(2_500n),
    })
    expect(askedFor(one.id)).toBe(1)
  })

  it('waits until the order knows that it was paid', async () => {
    const member = aMember(test, { price: 1_000n })
    const { order } = await member.order.placeOrder({ ...member.wish, paymentToken: 'tok_pending' })
    const id = order?.id ?? ''
    const name = { id, orderToken: undefined }
    const read = async () => (await member.order.getOrder(name)).order
    const refundId = test.shop.refundAtDesk(id, 300n)
    await telling(id, refundId)
    await test.sweep()
    expect((await read())?.refunded).toBeUndefined()

    test.shop.settlePayment(id, ChargeOutcome.CHARGE_OUTCOME_CAPTURED)
    await test.later(1_500)
    await test.sweep()

    expect(await read()).toMatchObject({ status: ORDER_STATUS_PAID, refunded: eur(300n) })
  })

  it('is looked for again when payment was away, and not believed because an event says so', async () => {
    const one = await sold(test)
    const looks = () => test.sidecar.recorded('payment.ListForeignRefunds').length
    const before = looks()
    await telling(one.id, systemIds.next())
    await eventually(() => expect(looks()).toBeGreaterThan(before))
    const refundId = test.shop.refundAtDesk(one.id, 100n)
    test.shop.next('payment.ListForeignRefunds', away, away)
    expect(await telling(one.id, refundId)).toBe('SUCCESS')
    await test.sweep()
    await test.sweep()
    expect(await refundsOf(one)).toEqual([[refundId, 100n, 'refunded']])
    expect(await telling(one.id, 'x')).toBe('DROP')
  })
})

it('gives late money back with payment, and its timeline says so', async () => {
  const member = aMember(test, { price: 1_000n })
  const { order } = await member.order.placeOrder({ ...member.wish, paymentToken: 'tok_declined' })
  const id = order?.id ?? ''
  const name = { id, orderToken: undefined }
  const refundId = test.shop.captureLate(id)

  await test.sidecar.deliver(topics.paymentSettled, { orderId: id, late: true })

  await eventually(async () =>
    expect((await member.order.getOrder(name)).order).toMatchObject({
      status: ORDER_STATUS_FAILED,
      payment: { status: PAYMENT_STATUS_REFUNDED },
      refunded: eur(2_000n),
    }),
  )
  const { items } = await member.order.getTimeline(name)
  expect(items.slice(-2).map(({ event, message }) => [event, message])).toEqual([
    ['payment.late', 'A payment of 20.00 EUR arrived after the order had ended; it is returned'],
    ['payment.refunded', 'Refund of 20.00 EUR confirmed'],
  ])
  expect([...(test.shop.payment(id)?.refunds.keys() ?? [])]).toEqual([refundId])
  expect(test.shop.available(member.sku)).toBe(10)
})

it('counts them among the refunds', async () => {
  const one = await sold(test)
  const before = await test.metric('micromart_order_refunds_total', { status: 'refunded' })
  test.shop.refundAtDesk(one.id, 100n)
  await one.ship()
  await test.sweep()
  expect(await test.metric('micromart_order_refunds_total', { status: 'refunded' })).toBe(
    before + 1,
  )
  expect((await one.read())?.status).toBe(ORDER_STATUS_SHIPPED)
})
