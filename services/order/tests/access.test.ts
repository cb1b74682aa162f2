import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { OrderStatus } from '@micromart/contracts/order'
import { systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { anAddress } from './fake-shop.ts'
import { aMember, aWish, refusalOf, startForTest, type TestShop } from './start.ts'

let test: TestShop
beforeAll(async () => {
  test = await startForTest()
})
afterAll(async () => {
  await test[Symbol.asyncDispose]()
})

const notFound = { kind: 'not_found', code: 'order_not_found', params: {} }

const aGuestOrder = async () => {
  const cartToken = systemIds.next()
  test.shop.fill(cartToken, [{ sku: test.shop.offer(900n), quantity: 1 }])
  const wish = aWish({ cartToken, email: 'Guest@Example.org' })
  const { order } = await test.guest.placeOrder(wish)
  return { wish, id: order?.id ?? '', orderToken: order?.orderToken, order }
}

const aMembersOrder = async () => {
  const member = aMember(test)
  const { order } = await member.order.placeOrder(member.wish)
  return { ...member, placed: order, orderId: order?.id ?? '' }
}

describe('a guest', () => {
  it('buys with an e-mail and opens the order by its token', async () => {
    const { id, orderToken, order } = await aGuestOrder()
    expect(orderToken).toMatch(/^[\w-]{43}$/)
    expect(order).toMatchObject({
      status: OrderStatus.ORDER_STATUS_PAID,
      email: 'Guest@Example.org',
    })
    expect(await test.guest.getOrder({ id, orderToken })).toEqual({ order })
    await eventually(async () =>
      expect((await test.guest.getTimeline({ id, orderToken })).items).toHaveLength(5),
    )
    const cancelled = await test.guest.cancelOrder({ id, orderToken })
    expect(cancelled.order?.status).toBe(OrderStatus.ORDER_STATUS_CANCELLED)
  })

  it('gets the same answer and token at a repeat', async () => {
    const { wish, order } = await aGuestOrder()
    expect(await test.guest.placeOrder(wish)).toMatchObject({ order, replayed: true })
  })

  it('needs an e-mail', async () => {
    const cartToken = systemIds.next()
    test.shop.fill(cartToken, [{ sku: test.shop.offer(900n), quantity: 1 }])
    const call = test.guest.placeOrder(aWish({ cartToken }))
    await expect(call).rejects.toMatchObject({
      kind: 'invalid',
      fields: [{ path: '/email', code: 'required' }],
    })
  })

  it('without a cart has nothing to buy', async () => {
    const call = test.guest.placeOrder(aWish({ email: 'guest@example.org' }))
    expect(await refusalOf(call)).toMatchObject({ code: 'cart_empty' })
  })

  it('opens nothing with a wrong token, and must show one', async () => {
    const [mine, other] = await Promise.all([aGuestOrder(), aGuestOrder()])
    const wrong = { id: mine.id, orderToken: other.orderToken }
    expect(await refusalOf(test.guest.getOrder(wrong))).toEqual(notFound)
    expect(await refusalOf(test.guest.getTimeline(wrong))).toEqual(notFound)
    expect(await refusalOf(test.guest.cancelOrder(wrong))).toEqual(notFound)
    const nameless = test.guest.getOrder({ id: mine.id, orderToken: undefined })
    expect((await refusalOf(nameless)).kind).toBe('unauthenticated')
  })
})

it('S54 refuses what the gateway would have refused, a kind of address it does not know among it', async () => {
  const { order: rpc, wish } = aMember(test)
  const wrong = [
    { idempotencyKey: '' },
    { idempotencyKey: 'é' },
    { idempotencyKey: 'k'.repeat(256) },
    { fingerprint: 'short' },
    { email: `${'a'.repeat(250)}@b.de` },
    { paymentMethod: 'cash' },
    { shipTo: undefined },
  ]
  for (const change of wrong) {
    expect(await refusalOf(rpc.placeOrder({ ...wish, ...change }))).toMatchObject({
      kind: 'invalid',
    })
  }
})

describe('a member', () => {
  it('does not learn of another member’s order', async () => {
    const { orderId } = await aMembersOrder()
    const stranger = test.as(systemIds.next())
    const name = { id: orderId, orderToken: undefined }
    expect(await refusalOf(stranger.getOrder(name))).toEqual(notFound)
    expect(await refusalOf(stranger.getTimeline(name))).toEqual(notFound)
    expect(await refusalOf(stranger.cancelOrder(name))).toEqual(notFound)
    expect((await stranger.listOrders({ limit: 10, cursor: undefined })).items).toEqual([])
  })

  it('gets not_found for an id of the wrong form', async () => {
    const stranger = test.as(systemIds.next())
    const call = stranger.getOrder({ id: '1 OR 1=1', orderToken: undefined })
    expect(await refusalOf(call)).toEqual(notFound)
  })

  it('opens a guest’s order with its token after logging in', async () => {
    const { id, orderToken } = await aGuestOrder()
    const { order } = await test.as(systemIds.next()).getOrder({ id, orderToken })
    expect(order?.id).toBe(id)
  })

  it('may not read everybody’s orders', async () => {
    const rpc = test.as(systemIds.next())
    const all = {
      limit: 1,
      cursor: undefined,
      status: OrderStatus.ORDER_STATUS_UNSPECIFIED,
      email: undefined,
      number: undefined,
    }
    expect((await refusalOf(rpc.listAllOrders(all))).kind).toBe('forbidden')
    expect((await refusalOf(rpc.getAnyOrder({ id: systemIds.next() }))).kind).toBe('forbidden')
  })

  it('pages through the own orders, newest first, each once', async () => {
    const { id, sku, order: rpc, wish, placed } = await aMembersOrder()
    const ids = [placed?.id]
    for (const key of ['b', 'c', 'd', 'e']) {
      test.shop.fill(id, [{ sku, quantity: 1 }], { taken: ids.map(String) })
      const { order } = await rpc.placeOrder({ ...wish, idempotencyKey: key })
      ids.push(order?.id)
    }
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await rpc.listOrders({ limit: 2, cursor })
      expect(page.items.length).toBeLessThanOrEqual(2)
      seen.push(...page.items.map((order) => order.id))
      cursor = page.nextCursor
    } while (cursor !== undefined)
    expect(seen).toEqual(ids.toReversed())
    const foreign = test.as(systemIds.next())
    const first = await rpc.listOrders({ limit: 2, cursor: undefined })
    const call = foreign.listOrders({ limit: 2, cursor: first.nextCursor })
    expect((await refusalOf(call)).code).toBe('cursor_invalid')
  })
})

const support = () => test.as(systemIds.next(), ['support'])

describe('staff', () => {
  const all = {
    limit: 50,
    cursor: undefined,
    status: OrderStatus.ORDER_STATUS_UNSPECIFIED,
    email: undefined,
    number: undefined,
  }
  it('finds orders by number, e-mail and status, whatever the case', async () => {
    const { id, order } = await aGuestOrder()
    const byNumber = await support().listAllOrders({ ...all, number: order?.number.toLowerCase() })
    expect(byNumber.items.map((found) => found.id)).toEqual([id])
    const byEmail = await support().listAllOrders({ ...all, email: 'guest@example.ORG' })
    expect(byEmail.items.map((found) => found.id)).toContain(id)
    const failed = { ...all, status: OrderStatus.ORDER_STATUS_FAILED }
    const { items } = await support().listAllOrders(failed)
    expect(items.every(({ status }) => status === OrderStatus.ORDER_STATUS_FAILED)).toBe(true)
  })

  it('finds nothing by a number that is no ASCII text (S55)', async () => {
    for (const number of ['\u{1f600}', '\u0130', '\u202e', "' OR 1=1 -- "]) {
      expect((await support().listAllOrders({ ...all, number })).items).toEqual([])
    }
  })

  it('reads any order, without its token', async () => {
    const { id } = await aGuestOrder()
    const { order } = await support().getAnyOrder({ id })
    expect(order).toMatchObject({ id, orderToken: undefined })
    expect(await refusalOf(support().getAnyOrder({ id: 'x' }))).toEqual(notFound)
  })
})

describe('user.erased.v1', () => {
  const topic = 'user.erased.v1'

  it('removes e-mail, name and address and keeps the money facts; once per event', async () => {
    const { id, order: rpc, orderId, placed } = await aMembersOrder()
    const other = await aMembersOrder()
    const event = systemIds.next()
    expect(await test.sidecar.deliver(topic, { userId: id }, { id: event })).toBe('SUCCESS')
    expect(await test.sidecar.deliver(topic, { userId: id }, { id: event })).toBe('SUCCESS')
    const { order } = await rpc.getOrder({ id: orderId, orderToken: undefined })
    expect(order).toMatchObject({ email: '', items: placed?.items, total: placed?.total })
    expect(JSON.stringify(order?.shippingAddress)).not.toContain(anAddress().name)
    const untouched = await other.order.getOrder({ id: other.orderId, orderToken: undefined })
    expect(untouched.order?.email).toBe('member@example.org')
  })

  it('refuses the late order of an erased account, whose token still works', async () => {
    const { id, order: rpc, wish } = aMember(test)
    await test.sidecar.deliver(topic, { userId: id })
    expect(await refusalOf(rpc.placeOrder(wish))).toMatchObject({
      kind: 'unauthenticated',
      code: 'authentication_required',
    })
    expect((await rpc.listOrders({ limit: 10, cursor: undefined })).items).toEqual([])
  })

  it('drops what it can never read', async () => {
    expect(await test.sidecar.deliver(topic, { userId: 7 })).toBe('DROP')
    expect(await test.sidecar.deliver(topic, {})).toBe('DROP')
  })
})
