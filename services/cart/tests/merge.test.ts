import { expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { guestTokens } from '../src/crypto/guest-tokens-node.ts'
import { eur, guestCart, newId, refusalOf, startForTest, unitsOf } from './start-for-test.ts'

it("moves a guest's lines into the member's cart once, however often it is asked", async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 60, B: 2 })
  const guest = await shop.guest.getLines({ cartToken })
  const member = shop.member(newId())
  await member.addItem({ sku: 'A', quantity: 50 })
  await member.addItem({ sku: shop.shelf.put('C'), quantity: 1 })
  const own = await member.getLines({})
  const { cart } = await member.mergeCart({ cartToken })
  expect(unitsOf(cart!.items)).toEqual({ A: 99, B: 2, C: 1 })
  const lines = await member.getLines({})
  expect(lines).toMatchObject({ cartId: own.cartId, mergedCartIds: [guest.cartId] })
  expect(lines.version).not.toBe(own.version)
  expect(await member.mergeCart({ cartToken })).toEqual({ cart })
  expect(await member.getLines({})).toEqual(lines)
})

it('makes the merged token worth nothing: it reads as unknown, and a write gets another', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 1 })
  const member = shop.member(newId())
  await member.mergeCart({ cartToken })
  expect((await shop.guest.getCart({ cartToken })).cart).toEqual({
    items: [],
    subtotal: eur(0),
    version: '',
  })
  expect((await shop.guest.getLines({ cartToken })).cartId).toBe('')
  const added = await shop.guest.addItem({ cartToken, sku: 'A', quantity: 3 })
  expect(added.cartToken).toMatch(/^[\w-]{43}$/)
  expect(unitsOf((await member.getCart({})).cart!.items)).toEqual({ A: 1 })
  expect((await shop.member(newId()).mergeCart({ cartToken })).cart!.items).toEqual([])
})

it('gives a guest cart to one of two members who ask for it at once', async () => {
  await using shop = await startForTest({ replicas: 2 })
  const cartToken = await guestCart(shop, { A: 4 })
  const [one, two] = [shop.members(newId())[0]!, shop.members(newId())[1]!]
  await Promise.all([one.mergeCart({ cartToken }), two.mergeCart({ cartToken })])
  const [first, second] = [await one.getLines({}), await two.getLines({})]
  expect([...first.lines, ...second.lines].map(({ quantity }) => quantity)).toEqual([4])
})

it('just answers the member’s cart when the token is unknown', async () => {
  await using shop = await startForTest()
  const member = shop.member(newId())
  expect((await member.mergeCart({ cartToken: 'unknown' })).cart!.version).toBe('')
  const { cart } = await member.addItem({ sku: shop.shelf.put('A'), quantity: 2 })
  expect(await member.mergeCart({ cartToken: 'unknown' })).toEqual({ cart })
})

it('merges while product is away, and the repeat says how the cart looks', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 2 })
  const member = shop.member(newId())
  shop.sidecar.answer('product', 'GetOffers', () => {
    throw new DomainError('unavailable', 'database_unavailable')
  })
  expect(await refusalOf(member.mergeCart({ cartToken }))).toMatchObject({ kind: 'unavailable' })
  expect(unitsOf((await member.getLines({})).lines)).toEqual({ A: 2 })
})

/** The state a crash leaves between freezing and applying. */
const crashAfterFreeze = async (shop: Awaited<ReturnType<typeof startForTest>>, userId: string) => {
  const cartToken = await guestCart(shop, { A: 3, B: 1 })
  const { cartId } = await shop.guest.getLines({ cartToken })
  const key = guestTokens.keyOf(cartToken)
  const entry = shop.sidecar.state.get(key)!
  const { version: _, mergedCarts: __, ...open } = entry.value as { [field: string]: unknown }
  const frozen = { ...open, state: 'frozen', mergedInto: `member:${userId}`, applied: false }
  shop.sidecar.state.set(key, { ...entry, value: frozen })
  return { cartToken, cartId, cartKey: key }
}

it('goes on where a crash left it, when it is repeated', async () => {
  await using shop = await startForTest()
  const userId = newId()
  const { cartToken, cartId } = await crashAfterFreeze(shop, userId)
  const { cart } = await shop.member(userId).mergeCart({ cartToken })
  expect(unitsOf(cart!.items)).toEqual({ A: 3, B: 1 })
  const { mergedCartIds } = await shop.member(userId).getLines({})
  expect(mergedCartIds).toEqual([cartId])
})

it('is finished by an order.paid that comes across it', async () => {
  await using shop = await startForTest()
  const userId = newId()
  const { cartId, cartKey } = await crashAfterFreeze(shop, userId)
  const orderId = newId()
  const paid = { orderId, cartId, cartKey, lines: [{ sku: 'A', quantity: 3 }] }
  expect(await shop.sidecar.deliver('order.paid.v1', paid)).toBe('SUCCESS')
  expect(await shop.member(userId).getLines({})).toMatchObject({
    lines: [{ sku: 'B', quantity: 1 }],
    takenOrderIds: [orderId],
    mergedCartIds: [cartId],
  })
})
