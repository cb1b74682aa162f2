import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { OrderStatus, PaymentStatus } from '@micromart/contracts/order'
import { eventually } from '@micromart/testing'
import { anAddress, away } from './fake-shop.ts'
import { aMember, refusalOf, startForTest, type TestShop } from './start.ts'

let test: TestShop
beforeAll(async () => {
  test = await startForTest()
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
})

const eur = (amount: bigint) => ({ amount, currency: 'EUR' })

it('sells a cart: held, charged, paid, claimed, told', async () => {
  const { id, sku, cart, order: rpc, wish } = aMember(test)
  const paidBefore = await test.metric('micromart_orders_total', { outcome: 'paid' })

  const { order, replayed } = await rpc.placeOrder(wish)

  expect(replayed).toBe(false)
  expect(order).toEqual({
    id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    number: expect.stringMatching(/^M-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$/),
    status: OrderStatus.ORDER_STATUS_PAID,
    email: 'member@example.org',
    items: [
      {
        sku,
        title: `Title of ${sku}`,
        quantity: 2,
        unitPrice: eur(1999n),
        lineTotal: eur(3998n),
      },
    ],
    subtotal: eur(3998n),
    shipping: eur(0n),
    tax: eur(0n),
    discount: eur(0n),
    total: eur(3998n),
    shippingAddress: anAddress(),
    payment: { status: PaymentStatus.PAYMENT_STATUS_PAID, method: 'card', nextAction: undefined },
    refunded: undefined,
    carrier: undefined,
    trackingCode: undefined,
    createdAt: expect.any(Date),
    updatedAt: expect.any(Date),
    orderToken: undefined,
  })
  const orderId = order?.id ?? ''
  expect(await rpc.getOrder({ id: orderId, orderToken: undefined })).toEqual({ order })
  await eventually(async () => {
    const { items } = await rpc.getTimeline({ id: orderId, orderToken: undefined })
    expect(items.map(({ event, status }) => [event, status])).toEqual([
      ['order.placed', OrderStatus.ORDER_STATUS_PENDING],
      ['stock.held', OrderStatus.ORDER_STATUS_PENDING],
      ['payment.charged', OrderStatus.ORDER_STATUS_PENDING],
      ['order.paid', OrderStatus.ORDER_STATUS_PAID],
      ['stock.claimed', OrderStatus.ORDER_STATUS_PAID],
    ])
  })
  expect(test.calledFor(orderId).toSorted()).toEqual([
    'payment.Charge',
    'payment.OpenPayment',
    'product.ClaimStock',
    'product.HoldStock',
  ])
  await eventually(() => expect(test.told(orderId)).toEqual(['order.paid.v1']))
  const [event] = test.sidecar.published().filter(({ aggregateId }) => aggregateId === orderId)
  expect(event?.payload).toEqual({
    orderId,
    cartId: cart.id,
    cartKey: `member:${id}`,
    lines: [{ sku, quantity: 2 }],
    total: { amount: '3998', currency: 'EUR' },
    paidAt: order?.updatedAt?.toISOString(),
  })
  expect(await test.metric('micromart_orders_total', { outcome: 'paid' })).toBe(paidBefore + 1)
})

const { ORDER_STATUS_FAILED, ORDER_STATUS_PAYMENT_PENDING, ORDER_STATUS_REJECTED } = OrderStatus
const { PAYMENT_STATUS_CANCELLED, PAYMENT_STATUS_DECLINED, PAYMENT_STATUS_PENDING } = PaymentStatus

const onlyOrderOf = async (rpc: ReturnType<TestShop['as']>) => {
  const { items } = await rpc.listOrders({ limit: 10, cursor: undefined })
  expect(items).toHaveLength(1)
  return items[0]
}

const eventsOf = async (rpc: ReturnType<TestShop['as']>, id: string) =>
  (await rpc.getTimeline({ id, orderToken: undefined })).items.map(({ event }) => event)

it('releases the stock and frees the cart when the card is declined', async () => {
  const { sku, order: rpc, wish } = aMember(test)
  const before = await test.metric('micromart_orders_total', { outcome: 'declined' })

  const { order, replayed } = await rpc.placeOrder({ ...wish, paymentToken: 'tok_declined' })

  expect(replayed).toBe(false)
  expect(order).toMatchObject({
    status: ORDER_STATUS_FAILED,
    payment: { status: PAYMENT_STATUS_DECLINED },
    total: eur(3998n),
  })
  const id = order?.id ?? ''
  expect((await rpc.getOrder({ id, orderToken: undefined })).order).toEqual(order)
  expect(test.calledFor(id).slice(2)).toEqual(['payment.Charge', 'product.ReleaseStock'])
  expect(test.shop.available(sku)).toBe(10)
  expect(await eventsOf(rpc, id)).toEqual([
    'order.placed',
    'stock.held',
    'payment.declined',
    'stock.released',
    'order.failed',
  ])
  await eventually(() => expect(test.told(id)).toEqual(['order.failed.v1']))
  expect(await test.metric('micromart_orders_total', { outcome: 'declined' })).toBe(before + 1)
  const again = await rpc.placeOrder({ ...wish, idempotencyKey: 'another' })
  expect(again.order?.status).toBe(OrderStatus.ORDER_STATUS_PAID)
})

it('refuses what is out of stock, with nothing held and nothing charged', async () => {
  const { sku, order: rpc, wish } = aMember(test, { quantity: 5, available: 3 })

  expect(await refusalOf(rpc.placeOrder(wish))).toEqual({
    kind: 'precondition',
    code: 'out_of_stock',
    params: { skus: sku, available: '3', shortages: JSON.stringify([{ sku, available: 3 }]) },
  })

  const order = await onlyOrderOf(rpc)
  expect(order).toMatchObject({
    status: ORDER_STATUS_REJECTED,
    payment: { status: PAYMENT_STATUS_CANCELLED },
  })
  const id = order?.id ?? ''
  await eventually(() => expect(test.told(id)).toEqual(['order.rejected.v1']))
  expect(test.shop.available(sku)).toBe(3)
  await eventually(() =>
    expect(test.calledFor(id).toSorted()).toEqual([
      'payment.CancelPayment',
      'payment.OpenPayment',
      'product.HoldStock',
      'product.ReleaseStock', // a repeat of the hold that is still on its way finds the mark
    ]),
  )
})

it('sums lines of one sku before it holds them', async () => {
  const { id, sku, order: rpc, wish } = aMember(test, { available: 5 })
  test.shop.fill(id, [
    { sku, quantity: 3 },
    { sku, quantity: 3 },
  ])
  expect(await refusalOf(rpc.placeOrder(wish))).toMatchObject({ code: 'out_of_stock' })
})

it('prices each of many lines', async () => {
  const { id, order: rpc, wish } = aMember(test)
  const lines = Array.from({ length: 100 }, (_, n) => ({
    sku: test.shop.offer(BigInt(n + 1) * 10n, 99),
    quantity: (n % 3) + 1,
  }))
  test.shop.fill(id, lines)
  const { order } = await rpc.placeOrder(wish)
  const read = await rpc.getOrder({ id: order?.id ?? '', orderToken: undefined })
  expect(read.order).toEqual(order)
  const byName = new Map(read.order?.items.map((item) => [item.sku, item]))
  for (const [n, { sku, quantity }] of lines.entries()) {
    const unitPrice = eur(BigInt(n + 1) * 10n)
    expect(byName.get(sku)).toMatchObject({ title: `Title of ${sku}`, quantity, unitPrice })
  }
})

it('shows a checkout under way with its prices and what has happened so far', async () => {
  const { order: rpc, wish } = aMember(test)
  const charging = Promise.withResolvers<void>()
  const reached = Promise.withResolvers<void>()
  test.shop.next('payment.Charge', () => {
    reached.resolve()
    return charging.promise
  })
  const answer = rpc.placeOrder(wish)
  await reached.promise
  const order = await onlyOrderOf(rpc)
  expect(order).toMatchObject({
    status: OrderStatus.ORDER_STATUS_PENDING,
    total: eur(3998n),
    payment: { status: PaymentStatus.PAYMENT_STATUS_NONE },
  })
  expect(await eventsOf(rpc, order?.id ?? '')).toEqual(['order.placed', 'stock.held'])
  charging.resolve()
  await answer
})

it('takes the prices of the shop, whatever they were in the cart', async () => {
  const { sku, order: rpc, wish } = aMember(test, { price: 1000n })
  test.shop.setPrice(sku, 1250n)
  const { order } = await rpc.placeOrder(wish)
  expect(order?.total).toEqual(eur(2500n))
})

it('refuses another total than the shopper saw: nothing held, the key free', async () => {
  const { sku, order: rpc, wish } = aMember(test)
  const expecting = { ...wish, expectedTotal: eur(3000n) }

  expect(await refusalOf(rpc.placeOrder(expecting))).toEqual({
    kind: 'conflict',
    code: 'price_changed',
    params: { total: '3998', currency: 'EUR' },
  })

  expect(test.shop.available(sku)).toBe(10)
  const failed = await onlyOrderOf(rpc)
  expect(failed?.status).toBe(ORDER_STATUS_FAILED)
  expect(test.calledFor(failed?.id ?? '')).not.toContain('payment.Charge')
  const { order } = await rpc.placeOrder({ ...expecting, expectedTotal: eur(3998n) })
  expect(order?.status).toBe(OrderStatus.ORDER_STATUS_PAID)
})

it('says 503 when payment is away: stock released, order failed, key free', async () => {
  const { sku, order: rpc, wish } = aMember(test)
  test.shop.next('payment.OpenPayment', away)

  expect(await refusalOf(rpc.placeOrder(wish))).toMatchObject({
    kind: 'unavailable',
    code: 'payment_unavailable',
  })

  expect(test.shop.available(sku)).toBe(10)
  expect((await onlyOrderOf(rpc))?.status).toBe(ORDER_STATUS_FAILED)
  const { order, replayed } = await rpc.placeOrder(wish)
  expect([order?.status, replayed]).toEqual([OrderStatus.ORDER_STATUS_PAID, false])
})

it('says 503 when product is away, and the repeat goes on with the same order', async () => {
  const { order: rpc, wish } = aMember(test)
  test.shop.next('product.HoldStock', away, away)
  test.shop.next('product.ReleaseStock', away, away)

  expect(await refusalOf(rpc.placeOrder(wish))).toMatchObject({ kind: 'unavailable' })

  const pending = await onlyOrderOf(rpc)
  expect(pending?.status).toBe(OrderStatus.ORDER_STATUS_PENDING)
  const { order } = await rpc.placeOrder(wish)
  expect([order?.id, order?.status]).toEqual([pending?.id, OrderStatus.ORDER_STATUS_PAID])
})

it('holds once more when no answer came, for one hold has one effect', async () => {
  const { sku, order: rpc, wish } = aMember(test)
  test.shop.next('product.HoldStock', away)
  const { order } = await rpc.placeOrder(wish)
  expect(order?.status).toBe(OrderStatus.ORDER_STATUS_PAID)
  expect(test.calledFor(order?.id ?? '').filter((rpc) => rpc === 'product.HoldStock')).toHaveLength(
    2,
  )
  expect(test.shop.available(sku)).toBe(8)
})

it('ends the order when only the hold failed', async () => {
  const { order: rpc, wish } = aMember(test)
  test.shop.next('product.HoldStock', away, away)
  expect(await refusalOf(rpc.placeOrder(wish))).toMatchObject({ kind: 'unavailable' })
  expect((await onlyOrderOf(rpc))?.status).toBe(ORDER_STATUS_FAILED)
  expect((await rpc.placeOrder(wish)).order?.status).toBe(OrderStatus.ORDER_STATUS_PAID)
})

it('waits for a payment whose outcome nobody knows', async () => {
  const { sku, order: rpc, wish } = aMember(test)

  const { order } = await rpc.placeOrder({ ...wish, paymentToken: 'tok_timeout' })

  expect(order).toMatchObject({
    status: ORDER_STATUS_PAYMENT_PENDING,
    payment: { status: PAYMENT_STATUS_PENDING },
  })
  expect(test.shop.available(sku)).toBe(8)
  expect(test.told(order?.id ?? '')).toEqual([])
  expect(await eventsOf(rpc, order?.id ?? '')).toEqual([
    'order.placed',
    'stock.held',
    'payment.unknown',
  ])
})

it('takes a charge that broke on the way for unknown', async () => {
  const { order: rpc, wish } = aMember(test)
  test.shop.next('payment.Charge', away)
  const { order } = await rpc.placeOrder(wish)
  expect(order?.status).toBe(ORDER_STATUS_PAYMENT_PENDING)
})

it('refuses an empty cart and binds nothing', async () => {
  const { id, sku, order: rpc, wish } = aMember(test)
  test.shop.fill(id, [])
  const refused = { kind: 'precondition', code: 'cart_empty', params: {} }
  expect(await refusalOf(rpc.placeOrder(wish))).toEqual(refused)
  expect((await rpc.listOrders({ limit: 1, cursor: undefined })).items).toEqual([])
  test.shop.fill(id, [{ sku, quantity: 1 }])
  expect((await rpc.placeOrder(wish)).order?.status).toBe(OrderStatus.ORDER_STATUS_PAID)
})

it('refuses an unknown address before anything is opened', async () => {
  const { order: rpc, wish } = aMember(test)
  const elsewhere = { ...wish, shipTo: { $case: 'addressId', value: 'unknown' } as const }
  expect(await refusalOf(rpc.placeOrder(elsewhere))).toMatchObject({ code: 'address_not_found' })
  expect((await rpc.listOrders({ limit: 1, cursor: undefined })).items).toEqual([])
})

it('ships to a saved address', async () => {
  const { order: rpc, wish } = aMember(test)
  const { order } = await rpc.placeOrder({ ...wish, shipTo: { $case: 'addressId', value: 'home' } })
  expect(order?.shippingAddress).toEqual(anAddress())
})
