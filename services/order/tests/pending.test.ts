import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { topics } from '@micromart/contracts'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { systemIds } from '@micromart/kernel'
import { openDatabase } from '@micromart/store'
import { eventually } from '@micromart/testing'
import { actionMs, away } from './fake-shop.ts'
import { aMember, aWish, refusalOf, startForTest, type TestShop } from './start.ts'

let test: TestShop
beforeAll(async () => {
  test = await startForTest()
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
})

const { ORDER_STATUS_FAILED, ORDER_STATUS_PAID, ORDER_STATUS_PAYMENT_PENDING } = OrderStatus
const { PAYMENT_STATUS_PENDING, PAYMENT_STATUS_REQUIRES_ACTION } = PaymentStatus
const { CHARGE_OUTCOME_CAPTURED, CHARGE_OUTCOME_DECLINED } = ChargeOutcome

const placed = async (paymentToken: string) => {
  const member = aMember(test)
  const wish = { ...member.wish, paymentToken }
  const { order } = await member.order.placeOrder(wish)
  const id = order?.id ?? ''
  const name = { id, orderToken: undefined }
  const read = async () => (await member.order.getOrder(name)).order
  const events = async () => (await member.order.getTimeline(name)).items.map(({ event }) => event)
  return { ...member, wish, id, name, order, read, events, rpc: member.order }
}

const asked = (id: string, rpc: string) => test.calledFor(id).filter((name) => name === rpc).length

describe('a payment that settles later', () => {
  it('is pending until payment’s event has the sweeper ask, then paid once', async () => {
    const { id, order, wish, rpc, read, events } = await placed('tok_pending')
    expect(order).toMatchObject({
      status: ORDER_STATUS_PAYMENT_PENDING,
      payment: { status: PAYMENT_STATUS_PENDING, nextAction: undefined },
    })
    expect(await rpc.placeOrder(wish)).toMatchObject({
      order: { status: ORDER_STATUS_PAYMENT_PENDING },
      replayed: false,
    })
    test.shop.settlePayment(id, CHARGE_OUTCOME_CAPTURED)

    const answer = await test.sidecar.deliver(topics.paymentSettled, { orderId: id })

    expect(answer).toBe('SUCCESS')
    await eventually(async () => expect((await read())?.status).toBe(ORDER_STATUS_PAID))
    expect((await events()).slice(0, 5)).toEqual([
      'order.placed',
      'stock.held',
      'payment.pending',
      'payment.charged',
      'order.paid',
    ])
    expect(await rpc.placeOrder(wish)).toMatchObject({ order: { status: ORDER_STATUS_PAID } })
  })

  it('fails with the goods back when the event says so and payment agrees', async () => {
    const { id, sku, read } = await placed('tok_pending')
    test.shop.settlePayment(id, CHARGE_OUTCOME_DECLINED)
    await test.sidecar.deliver(topics.paymentFailed, { orderId: id })
    await eventually(async () => expect((await read())?.status).toBe(ORDER_STATUS_FAILED))
    expect(test.shop.available(sku)).toBe(10)
  })

  it('is not paid because an event says so', async () => {
    const { id, read } = await placed('tok_pending')
    await test.sidecar.deliver(topics.paymentSettled, { orderId: id })
    await eventually(() => expect(asked(id, 'payment.GetPayment')).toBe(1))
    expect((await read())?.status).toBe(ORDER_STATUS_PAYMENT_PENDING)
  })

  it('is asked about once for an event that comes twice', async () => {
    const { id } = await placed('tok_pending')
    const event = { id: systemIds.next() }
    await test.sidecar.deliver(topics.paymentSettled, { orderId: id }, event)
    await eventually(() => expect(asked(id, 'payment.GetPayment')).toBe(1))
    await using db = await openDatabase({ url: test.database.url, entities: [] })
    const dueAt = () => db.query<unknown[]>('SELECT due_at FROM orders WHERE id = ?', [id])
    const before = await dueAt()
    expect(await test.sidecar.deliver(topics.paymentSettled, { orderId: id }, event)).toBe(
      'SUCCESS',
    )
    expect(await dueAt()).toEqual(before)
  })
})

it('drops an event that names no order, and passes over one that nothing waits for', async () => {
  expect(await test.sidecar.deliver(topics.paymentSettled, { orderId: 'x' })).toBe('DROP')
  const { id } = await placed('tok_visa')
  for (const orderId of [id, systemIds.next()]) {
    expect(await test.sidecar.deliver(topics.paymentSettled, { orderId })).toBe('SUCCESS')
  }
  expect(asked(id, 'payment.GetPayment')).toBe(0)
})

describe('a payment that the shopper must approve', () => {
  it('says where to go, holds the goods, and is paid when the shopper comes back', async () => {
    const { id, order, sku, rpc, name, events, wish } = await placed('tok_3ds')
    expect(order).toMatchObject({
      status: ORDER_STATUS_PAYMENT_PENDING,
      payment: {
        status: PAYMENT_STATUS_REQUIRES_ACTION,
        nextAction: {
          type: 'redirect',
          url: `https://bank.example/${id}`,
          expiresAt: expect.any(Date),
        },
      },
    })
    expect(test.shop.available(sku)).toBe(8)
    expect((await rpc.getOrder(name)).order).toEqual(order)
    expect((await rpc.placeOrder(wish)).order).toEqual(order)

    const { order: paid } = await rpc.continuePayment(name)

    expect(paid).toMatchObject({
      status: ORDER_STATUS_PAID,
      payment: { status: PaymentStatus.PAYMENT_STATUS_PAID, nextAction: undefined },
    })
    expect((await events()).slice(2, 5)).toEqual([
      'payment.action_required',
      'payment.charged',
      'order.paid',
    ])
    await eventually(() => expect(test.told(id)).toEqual(['order.paid.v1']))
    const [event] = test.sidecar.published().filter(({ aggregateId }) => aggregateId === id)
    expect(JSON.stringify(event?.payload)).not.toContain('bank.example')
  })

  it('fails with the goods back when the bank declines', async () => {
    const { sku, rpc, name, wish } = await placed('tok_3ds_fail')
    const { order } = await rpc.continuePayment(name)
    expect(order?.status).toBe(ORDER_STATUS_FAILED)
    expect(test.shop.available(sku)).toBe(10)
    expect((await rpc.placeOrder(wish)).order?.status).toBe(ORDER_STATUS_FAILED)
  })

  it('ends when its time is over: cancelled, released, told', async () => {
    const { id, sku, read, events, wish, rpc } = await placed('tok_3ds_abandon')
    await test.later(actionMs - 5_000)
    expect((await read())?.status).toBe(ORDER_STATUS_PAYMENT_PENDING)

    await test.later(10_000)

    expect((await read())?.status).toBe(ORDER_STATUS_FAILED)
    expect(test.shop.available(sku)).toBe(10)
    expect(test.shop.payment(id)?.outcome).toBe(ChargeOutcome.CHARGE_OUTCOME_CANCELLED)
    expect((await events()).slice(-4)).toEqual([
      'payment.abandoned',
      'payment.cancelled',
      'stock.released',
      'order.failed',
    ])
    await eventually(() => expect(test.told(id)).toEqual(['order.failed.v1']))
    expect((await rpc.placeOrder(wish)).order?.status).toBe(ORDER_STATUS_FAILED)
  })

  it('is paid, not ended, when the approval was faster than the end', async () => {
    const { id, read } = await placed('tok_3ds_abandon')
    test.shop.next('payment.CancelPayment', () =>
      test.shop.settlePayment(id, CHARGE_OUTCOME_CAPTURED),
    )
    await test.later(actionMs + 1_000)
    expect((await read())?.status).toBe(ORDER_STATUS_PAID)
  })

  it('stays as it is while the shopper has done nothing, however often they come back', async () => {
    const { order, rpc, name, events } = await placed('tok_3ds_abandon')
    expect((await rpc.continuePayment(name)).order).toEqual(order)
    expect((await rpc.continuePayment(name)).order).toEqual(order)
    expect((await events()).filter((event) => event === 'payment.action_required')).toHaveLength(1)
  })

  it('takes a webhook and the shopper at once for one payment', async () => {
    const { id, rpc, name, read } = await placed('tok_3ds')
    test.shop.next('payment.ContinueCharge after', async () => {
      await test.sidecar.deliver(topics.paymentSettled, { orderId: id })
      await eventually(async () => expect((await read())?.status).toBe(ORDER_STATUS_PAID))
    })
    const { order } = await rpc.continuePayment(name)
    expect(order?.status).toBe(ORDER_STATUS_PAID)
    expect((await rpc.continuePayment(name)).order?.status).toBe(ORDER_STATUS_PAID)
    await eventually(() => expect(test.told(id)).toEqual(['order.paid.v1']))
  })

  it('waits on when payment is away as the shopper comes back, then asks', async () => {
    const { id, rpc, name, read } = await placed('tok_3ds')
    test.shop.next('payment.ContinueCharge', away)
    const { order } = await rpc.continuePayment(name)
    expect(order).toMatchObject({
      status: ORDER_STATUS_PAYMENT_PENDING,
      payment: { status: PAYMENT_STATUS_PENDING },
    })
    await test.later(1_500)
    expect((await read())?.payment?.status).toBe(PAYMENT_STATUS_REQUIRES_ACTION)
    expect((await rpc.continuePayment(name)).order?.status).toBe(ORDER_STATUS_PAID)
    expect(test.shop.payment(id)?.outcome).toBe(CHARGE_OUTCOME_CAPTURED)
  })

  it('is continued by its owner alone, and only where something waits', async () => {
    const { name } = await placed('tok_3ds')
    const stranger = aMember(test)
    expect(await refusalOf(stranger.order.continuePayment(name))).toMatchObject({
      kind: 'not_found',
      code: 'order_not_found',
    })
    const paid = await placed('tok_visa')
    expect(await refusalOf(paid.rpc.continuePayment(paid.name))).toEqual({
      kind: 'precondition',
      code: 'payment_not_waiting',
      params: {},
    })
  })
})

it('S36 a member has twenty orders at most that wait for a payment; the next is refused until one ends', async () => {
  const { id, order: rpc } = aMember(test)
  const buy = async () => {
    test.shop.fill(id, [{ sku: test.shop.offer(1_000n), quantity: 1 }])
    return (await rpc.placeOrder(aWish({ paymentToken: 'tok_pending' }))).order
  }
  const first = await buy()
  for (let count = 1; count < 20; count += 1) await buy()
  const refused = { kind: 'precondition', code: 'too_many_open_orders', params: { limit: '20' } }
  expect(await refusalOf(buy())).toEqual(refused)
  test.shop.settlePayment(first?.id ?? '', CHARGE_OUTCOME_CAPTURED)
  await test.sidecar.deliver(topics.paymentSettled, { orderId: first?.id ?? '' })
  await eventually(async () => expect((await buy())?.status).toBe(ORDER_STATUS_PAYMENT_PENDING))
})
