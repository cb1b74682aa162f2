import { expect, it } from '@jest/globals'
import { OrderPaid } from '@micromart/contracts/events'
import { topics } from '@micromart/contracts'
import { readMetric } from '@micromart/testing'
import { guestTokens } from '../src/crypto/guest-tokens-node.ts'
import { eur, guestCart, newId, startForTest, type TestShop, unitsOf } from './start-for-test.ts'

type Paid = { cartId: string; cartKey: string; orderId?: string; lines: { [sku: string]: number } }

const payload = ({ cartId, cartKey, orderId = newId(), lines }: Paid) =>
  OrderPaid.toJSON({
    orderId,
    cartId,
    cartKey,
    lines: Object.entries(lines).map(([sku, quantity]) => ({ sku, quantity })),
    total: eur(1_000),
    paidAt: new Date(),
  })

const pay = ({ sidecar }: TestShop, paid: Paid, id?: string) =>
  sidecar.deliver(topics.orderPaid, payload(paid), id === undefined ? {} : { id })

const boughtCart = async (shop: TestShop, lines: { [sku: string]: number }) => {
  const cartToken = await guestCart(shop, lines)
  const { cartId } = await shop.guest.getLines({ cartToken })
  return { cartToken, cartId, cartKey: guestTokens.keyOf(cartToken) as string }
}

it('takes the bought quantities out, and later additions survive', async () => {
  await using shop = await startForTest()
  const { cartToken, ...cart } = await boughtCart(shop, { A: 2, B: 1 })
  await shop.guest.addItem({ cartToken, sku: 'A', quantity: 3 })
  await shop.guest.addItem({ cartToken, sku: shop.shelf.put('C'), quantity: 1 })
  const before = await shop.guest.getLines({ cartToken })
  const orderId = newId()
  expect(await pay(shop, { ...cart, orderId, lines: { A: 2, B: 1 } })).toBe('SUCCESS')
  const after = await shop.guest.getLines({ cartToken })
  expect(unitsOf(after.lines)).toEqual({ A: 3, C: 1 })
  expect(after).toMatchObject({ cartId: cart.cartId, takenOrderIds: [orderId] })
  expect(after.version).not.toBe(before.version)
  const counted = { topic: topics.orderPaid, outcome: 'success' }
  expect(await readMetric(shop.httpPort, 'micromart_events_consumed_total', counted)).toBe(1)
})

it('takes an event that comes again once, by the same or another event id', async () => {
  await using shop = await startForTest()
  const { cartToken, ...cart } = await boughtCart(shop, { A: 9 })
  const paid = { ...cart, orderId: newId(), lines: { A: 2 } }
  const id = newId()
  expect(await pay(shop, paid, id)).toBe('SUCCESS')
  const after = await shop.guest.getLines({ cartToken })
  expect(await pay(shop, paid, id)).toBe('SUCCESS')
  expect(await pay(shop, paid)).toBe('SUCCESS')
  expect(await Promise.all([pay(shop, paid), pay(shop, paid)])).toEqual(['SUCCESS', 'SUCCESS'])
  expect(await shop.guest.getLines({ cartToken })).toEqual(after)
  expect(unitsOf(after.lines)).toEqual({ A: 7 })
})

it('drops a poisoned payload, and takes the next event', async () => {
  await using shop = await startForTest()
  const { cartToken, ...cart } = await boughtCart(shop, { A: 9 })
  const good = payload({ ...cart, lines: { A: 1 } }) as object
  const poisoned = [
    null,
    'text',
    {},
    { ...good, cartKey: 'member:' },
    { ...good, cartKey: 'guest:not-a-hash' },
    { ...good, orderId: 'not an id' },
    { ...good, cartId: '' },
    { ...good, lines: [{ sku: 'A', quantity: -5 }] },
    { ...good, lines: [{ sku: 'A', quantity: 'many' }] },
  ]
  for (const bad of poisoned) {
    expect(await shop.sidecar.deliver(topics.orderPaid, bad)).toBe('DROP')
  }
  const rawData = Buffer.from('{')
  expect(await shop.sidecar.deliver(topics.orderPaid, null, { rawData })).toBe('DROP')
  expect(await shop.sidecar.deliver(topics.orderPaid, { ...good, unknownField: 1 })).toBe('SUCCESS')
  expect(unitsOf((await shop.guest.getLines({ cartToken })).lines)).toEqual({ A: 8 })
})

it('takes two orders in either order', async () => {
  await using shop = await startForTest()
  const { cartToken, ...cart } = await boughtCart(shop, { A: 5, B: 5 })
  const [earlier, later] = [newId(), newId()]
  await pay(shop, { ...cart, orderId: later, lines: { A: 1 } })
  await pay(shop, { ...cart, orderId: earlier, lines: { A: 2, B: 5 } })
  const { lines, takenOrderIds } = await shop.guest.getLines({ cartToken })
  expect(unitsOf(lines)).toEqual({ A: 2 })
  expect(takenOrderIds).toEqual([earlier, later])
})

it('ignores an order of another cart under the same key, and one whose cart has expired', async () => {
  await using shop = await startForTest()
  const { cartToken, cartKey } = await boughtCart(shop, { A: 5 })
  const before = await shop.guest.getLines({ cartToken })
  expect(await pay(shop, { cartKey, cartId: newId(), lines: { A: 5 } })).toBe('SUCCESS')
  const gone = { cartKey: `member:${newId()}`, cartId: newId() }
  expect(await pay(shop, { ...gone, lines: { A: 5 } })).toBe('SUCCESS')
  expect(await shop.guest.getLines({ cartToken })).toEqual(before)
  expect(shop.sidecar.state.size).toBe(1)
})

it("finds the goods of a guest's order in the member's cart after a merge, once", async () => {
  await using shop = await startForTest()
  const { cartToken, ...cart } = await boughtCart(shop, { A: 2, B: 4 })
  const early = { ...cart, orderId: newId(), lines: { B: 1 } }
  await pay(shop, early)
  const member = shop.member(newId())
  await member.addItem({ sku: 'A', quantity: 1 })
  await member.mergeCart({ cartToken })
  const late = { ...cart, orderId: newId(), lines: { A: 2, B: 1 } }
  await pay(shop, late)
  await pay(shop, late)
  await pay(shop, early)
  const { lines, takenOrderIds } = await member.getLines({})
  expect(unitsOf(lines)).toEqual({ A: 1, B: 2 })
  expect(takenOrderIds).toEqual([early.orderId, late.orderId])
})

it('asks for the event again while the state store is away', async () => {
  await using shop = await startForTest()
  const { cartToken, ...cart } = await boughtCart(shop, { A: 2 })
  shop.sidecar.runtimeUp(false)
  const paid = { ...cart, orderId: newId(), lines: { A: 1 } }
  expect(await pay(shop, paid)).toBe('RETRY')
  shop.sidecar.runtimeUp(true)
  expect(await pay(shop, paid)).toBe('SUCCESS')
  expect(unitsOf((await shop.guest.getLines({ cartToken })).lines)).toEqual({ A: 1 })
})

it('remembers 50 orders, the newest last', async () => {
  await using shop = await startForTest()
  const { cartToken, ...cart } = await boughtCart(shop, { A: 99 })
  const orderIds = Array.from({ length: 55 }, () => newId())
  for (const orderId of orderIds) await pay(shop, { ...cart, orderId, lines: { A: 1 } })
  await pay(shop, { ...cart, orderId: orderIds[0]!, lines: { A: 1 } })
  const { lines, takenOrderIds } = await shop.guest.getLines({ cartToken })
  expect(takenOrderIds).toEqual(orderIds.slice(5))
  expect(unitsOf(lines)).toEqual({ A: 44 })
})
