import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderStatus } from '@micromart/contracts/order'
import { ChargeOutcome } from '@micromart/contracts/payment'
import { systemIds } from '@micromart/kernel'
import { aMember, aWish, refusalOf, startForTest, type TestShop } from './start.ts'

let test: TestShop
beforeAll(async () => {
  test = await startForTest()
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
})

const { ORDER_STATUS_FAILED, ORDER_STATUS_PAID, ORDER_STATUS_PAYMENT_PENDING } = OrderStatus

describe('a repeat with the same key and body', () => {
  it('gets the first answer, whatever became of the order since', async () => {
    const { order: rpc, wish } = aMember(test)
    const first = await rpc.placeOrder(wish)
    await rpc.cancelOrder({ id: first.order?.id ?? '', orderToken: undefined })

    const again = await rpc.placeOrder(wish)

    expect(again.order).toEqual(first.order)
    expect(again.replayed).toBe(true)
    expect(test.calledFor(first.order?.id ?? '').filter((rpc) => rpc === 'payment.Charge')).toEqual(
      ['payment.Charge'],
    )
  })

  it('gets the decline again', async () => {
    const { order: rpc, wish } = aMember(test)
    const declined = { ...wish, paymentToken: 'tok_declined' }
    const first = await rpc.placeOrder(declined)
    const again = await rpc.placeOrder(declined)
    expect(again).toMatchObject({ order: first.order, replayed: true })
  })

  it('gets the present state while the payment is pending, then the final answer', async () => {
    const { order: rpc, wish } = aMember(test)
    const slow = { ...wish, paymentToken: 'tok_timeout' }
    const { order } = await rpc.placeOrder(slow)
    const pending = await rpc.placeOrder(slow)
    expect(pending).toMatchObject({
      order: { id: order?.id, status: ORDER_STATUS_PAYMENT_PENDING },
      replayed: false,
    })

    test.shop.settlePayment(order?.id ?? '', ChargeOutcome.CHARGE_OUTCOME_CAPTURED)
    await test.later(1_500)

    const final = await rpc.placeOrder(slow)
    expect(final).toMatchObject({
      order: { id: order?.id, status: ORDER_STATUS_PAID },
      replayed: true,
    })
  })

  it('gets 402 once a pending payment was declined', async () => {
    const { order: rpc, wish } = aMember(test)
    const slow = { ...wish, paymentToken: 'tok_timeout' }
    const { order } = await rpc.placeOrder(slow)
    test.shop.settlePayment(order?.id ?? '', ChargeOutcome.CHARGE_OUTCOME_DECLINED)
    await test.later(1_500)
    const final = await rpc.placeOrder(slow)
    expect(final.order).toMatchObject({ id: order?.id, status: ORDER_STATUS_FAILED })
  })
})

describe('a second key', () => {
  it('is told which order this version of the cart is', async () => {
    const { order: rpc, wish } = aMember(test)
    const { order } = await rpc.placeOrder(wish)
    expect(await refusalOf(rpc.placeOrder({ ...wish, idempotencyKey: 'second' }))).toEqual({
      kind: 'already_exists',
      code: 'cart_checked_out',
      params: { orderId: order?.id },
    })
  })

  it('buys only what was added since, until the cart has let go of the bought goods', async () => {
    const { id, sku, order: rpc, wish } = aMember(test)
    await rpc.placeOrder(wish)
    const added = test.shop.offer(500n)
    test.shop.fill(id, [
      { sku, quantity: 3 },
      { sku: added, quantity: 1 },
    ])
    const { order } = await rpc.placeOrder({ ...wish, idempotencyKey: 'second' })
    expect(order?.items.map((line) => [line.sku, line.quantity])).toEqual(
      [
        [added, 1],
        [sku, 1],
      ].toSorted(),
    )
  })

  it('finds the cart empty when all of it is bought already', async () => {
    const { id, sku, order: rpc, wish } = aMember(test)
    await rpc.placeOrder(wish)
    test.shop.fill(id, [{ sku, quantity: 2 }])
    const second = { ...wish, idempotencyKey: 'second' }
    expect(await refusalOf(rpc.placeOrder(second))).toMatchObject({ code: 'cart_empty' })
  })

  it('buys the same goods again once the cart has let go of them', async () => {
    const { id, sku, order: rpc, wish } = aMember(test)
    const { order } = await rpc.placeOrder(wish)
    test.shop.fill(id, [{ sku, quantity: 2 }], { taken: [order?.id ?? ''] })
    const second = await rpc.placeOrder({ ...wish, idempotencyKey: 'second' })
    expect(second.order?.items[0]?.quantity).toBe(2)
  })

  it('sees what a guest cart bought before it was merged into this one', async () => {
    const sku = test.shop.offer(700n)
    const token = systemIds.next()
    const guestCart = test.shop.fill(token, [{ sku, quantity: 1 }])
    await test.guest.placeOrder(aWish({ cartToken: token, email: 'guest@example.org' }))
    const { id, order: rpc, wish } = aMember(test)
    test.shop.fill(id, [{ sku, quantity: 3 }], { merged: [guestCart.id] })
    const { order } = await rpc.placeOrder(wish)
    expect(order?.items.map(({ quantity }) => quantity)).toEqual([2])
  })

  it('at another version at the same moment never buys the same goods', async () => {
    const { id, sku, order: rpc, wish } = aMember(test, { quantity: 1, available: 100 })
    const versions = Array.from({ length: 6 }, () => systemIds.next())
    let next = 0
    const unmoved = test.shop.fill(id, [{ sku, quantity: 2 }])
    test.shop.next(
      'cart.GetLines',
      ...versions.map((version) => () => {
        next += 1
        test.shop.fill(id, [{ sku, quantity: 1 + next }], { id: unmoved.id, version })
      }),
    )
    await Promise.allSettled(
      versions.map((idempotencyKey) => rpc.placeOrder({ ...wish, idempotencyKey })),
    )
    const { items } = await rpc.listOrders({ limit: 10, cursor: undefined })
    const bought = items.flatMap((order) => order.items.map(({ quantity }) => quantity))
    expect(bought.reduce((sum, quantity) => sum + quantity, 0)).toBe(7)
  })
})
