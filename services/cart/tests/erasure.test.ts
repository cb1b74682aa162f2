import { createHash } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { topics } from '@micromart/contracts'
import { PrivacyServiceService } from '@micromart/contracts/privacy'
import { testClient } from '@micromart/testing'
import { guestCart, newId, refusalOf, startForTest, unitsOf } from './start-for-test.ts'

const closed = { kind: 'unauthenticated', code: 'authentication_required', params: {} }

const digestOf = (...ids: string[]) =>
  createHash('sha256')
    .update(ids.map((id) => `${id}\n`).join(''))
    .digest('hex')

const startWithPrivacy = async () => {
  await using starting = new AsyncDisposableStack()
  const shop = starting.use(await startForTest())
  const privacy = starting.use(await testClient(PrivacyServiceService, shop.port))
  const running = starting.move()
  return {
    ...shop,
    erase: (userId: string) => privacy.as().erasePerson({ userId }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

it('takes the cart and its answers, also when told twice, and says which it was', async () => {
  await using shop = await startWithPrivacy()
  const [userId, other] = [newId(), newId()]
  for (const id of [userId, other]) {
    await shop.member(id).addItem({ cartToken: undefined, sku: shop.shelf.put('A'), quantity: 2 })
  }
  const { cartId } = await shop.member(userId).getLines({ cartToken: undefined })
  const wanted = { done: true, erased: [{ kind: 'carts', count: 1n }], kept: [] }
  expect(await shop.sidecar.deliver(topics.userErased, { userId })).toBe('SUCCESS')
  for (let asked = 0; asked < 2; asked += 1) {
    expect(await shop.erase(userId)).toEqual({ ...wanted, digest: digestOf(cartId) })
  }
  expect(shop.sidecar.state.get(`member:${userId}`)?.value).toEqual({
    schemaVersion: 2, // an older release must not write over it
    state: 'erased',
    id: cartId,
  })
  const kept = await shop.member(other).getLines({ cartToken: undefined })
  expect(unitsOf(kept.lines)).toEqual({ A: 2 })
})

it('opens no cart to a token that lives on for minutes, and takes none in', async () => {
  await using shop = await startWithPrivacy()
  const userId = newId()
  const member = shop.member(userId)
  await shop.erase(userId)
  const item = { cartToken: undefined, sku: shop.shelf.put('A'), quantity: 1 }
  expect(await refusalOf(member.addItem(item))).toEqual(closed)
  expect(await refusalOf(member.getCart({ cartToken: undefined }))).toEqual(closed)
  expect(await refusalOf(member.getLines({ cartToken: undefined }))).toEqual(closed)
  const cartToken = await guestCart(shop, { A: 1 })
  expect(await refusalOf(member.mergeCart({ cartToken }))).toEqual(closed)
  expect((await shop.guest.getLines({ cartToken })).lines).toHaveLength(1)
})

it('lets a late order.paid pass, which finds nothing to take', async () => {
  await using shop = await startWithPrivacy()
  const userId = newId()
  const member = shop.member(userId)
  await member.addItem({ cartToken: undefined, sku: shop.shelf.put('A'), quantity: 1 })
  const { cartId } = await member.getLines({ cartToken: undefined })
  await shop.erase(userId)
  const order = { orderId: newId(), cartId, cartKey: `member:${userId}` }
  const paid = { ...order, lines: [{ sku: 'A', quantity: 1 }] }
  expect(await shop.sidecar.deliver(topics.orderPaid, paid)).toBe('SUCCESS')
  expect(await shop.books.listTaken({ orders: [order] })).toEqual({ notTakenOrderIds: [] })
})

it('finishes a merge that was under way without filling the cart again', async () => {
  await using shop = await startWithPrivacy()
  const userId = newId()
  const cartToken = await guestCart(shop, { A: 1 })
  await shop.member(userId).mergeCart({ cartToken })
  await shop.erase(userId)
  expect(await shop.erase(userId)).toMatchObject({ done: true })
  expect(await refusalOf(shop.member(userId).mergeCart({ cartToken }))).toEqual(closed)
})

it('drops what names nobody', async () => {
  await using shop = await startWithPrivacy()
  expect(await shop.sidecar.deliver(topics.userErased, { userId: 'everybody' })).toBe('DROP')
  expect(await refusalOf(shop.erase('everybody'))).toMatchObject({ code: 'user_id_invalid' })
})
