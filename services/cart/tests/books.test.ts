import { expect, it } from '@jest/globals'
import { topics } from '@micromart/contracts'
import { guestTokens } from '../src/crypto/guest-tokens-node.ts'
import { guestCart, newId, refusalOf, startForTest, type TestShop } from './start-for-test.ts'

type Order = { readonly orderId: string; readonly cartId: string; readonly cartKey: string }

const guestOrder = async (shop: TestShop, lines: { [sku: string]: number } = { A: 2 }) => {
  const cartToken = await guestCart(shop, lines)
  const { cartId, cartKey } = await shop.guest.getLines({ cartToken })
  return { cartToken, order: { orderId: newId(), cartId, cartKey } }
}

const pay = (shop: TestShop, order: Order) =>
  shop.sidecar.deliver(topics.orderPaid, { ...order, lines: [{ sku: 'A', quantity: 1 }] })

const notTaken = async (shop: TestShop, ...orders: readonly Order[]) =>
  (await shop.books.listTaken({ orders: [...orders] })).notTakenOrderIds

it('names the paid orders whose goods are still in their carts, in the order asked', async () => {
  await using shop = await startForTest()
  const { order: waiting } = await guestOrder(shop)
  const { order: taken } = await guestOrder(shop)
  const { order: alsoWaiting } = await guestOrder(shop)
  await pay(shop, taken)
  expect(await notTaken(shop, waiting, taken, alsoWaiting)).toEqual([
    waiting.orderId,
    alsoWaiting.orderId,
  ])
  await pay(shop, waiting)
  expect(await notTaken(shop, waiting, taken)).toEqual([])
})

it('has nothing to take from a cart that is gone, or that is another by now', async () => {
  await using shop = await startForTest()
  const { order } = await guestOrder(shop)
  const gone = { orderId: newId(), cartId: newId(), cartKey: `member:${newId()}` }
  expect(await notTaken(shop, gone, { ...order, cartId: newId() })).toEqual([])
})

it("follows a guest's cart into the member's", async () => {
  await using shop = await startForTest()
  const { cartToken, order } = await guestOrder(shop)
  const member = shop.member(newId())
  await member.mergeCart({ cartToken })
  expect(await notTaken(shop, order)).toEqual([order.orderId])
  await pay(shop, order)
  expect(await notTaken(shop, order)).toEqual([])
})

it('reads a merge that a crash left half done by what has happened so far', async () => {
  await using shop = await startForTest()
  const { cartToken, order } = await guestOrder(shop)
  const userId = newId()
  const key = guestTokens.keyOf(cartToken)
  const entry = shop.sidecar.state.get(key)!
  const { version: _, mergedCarts: __, ...open } = entry.value as { [field: string]: unknown }
  const frozen = { ...open, state: 'frozen', mergedInto: `member:${userId}`, applied: false }
  shop.sidecar.state.set(key, { ...entry, value: frozen })
  expect(await notTaken(shop, order)).toEqual([order.orderId])
  await pay(shop, order)
  // The crash came between the member's write and the tombstone's.
  shop.sidecar.state.set(key, { ...shop.sidecar.state.get(key)!, value: frozen })
  expect(await notTaken(shop, order)).toEqual([])
})

it('takes 200 orders at once, and refuses more or what is no order', async () => {
  await using shop = await startForTest()
  const { order } = await guestOrder(shop)
  const many = (count: number) =>
    Array.from({ length: count }, () => ({ ...order, orderId: newId() }))
  const asked = many(200)
  expect(await notTaken(shop, ...asked)).toEqual(asked.map(({ orderId }) => orderId))
  const invalid = { kind: 'invalid', code: 'orders_invalid' }
  expect(await refusalOf(notTaken(shop, ...many(201)))).toMatchObject(invalid)
  expect(await refusalOf(notTaken(shop, { ...order, cartKey: 'x' }))).toMatchObject(invalid)
})

it('is behind with nothing', async () => {
  await using shop = await startForTest()
  expect(await shop.backlog.getBacklog({})).toEqual({
    unsent: 0n,
    oldestUnsentAt: undefined,
    openDeadLetters: 0n,
    abandonedKeys: 0n,
  })
})
