import { expect, it } from '@jest/globals'
import { guestTokens } from '../src/crypto/guest-tokens-node.ts'
import {
  guestCart,
  newId,
  refusalOf,
  startForTest,
  type TestShop,
  unitsOf,
} from './start-for-test.ts'
import { DomainError } from '@micromart/kernel'

const stopProduct = ({ sidecar }: TestShop) =>
  sidecar.answer('product', 'GetOffers', () => {
    throw new DomainError('unavailable', 'database_unavailable')
  })

it('says unavailable where prices are needed while product is away, and changes nothing', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 1, B: 2 })
  const before = await shop.guest.getLines({ cartToken })
  stopProduct(shop)
  const away = { kind: 'unavailable', code: 'database_unavailable', params: {} }
  expect(await refusalOf(shop.guest.getCart({ cartToken }))).toEqual(away)
  expect(await refusalOf(shop.guest.addItem({ cartToken, sku: 'A', quantity: 1 }))).toEqual(away)
  expect(await refusalOf(shop.guest.removeItem({ cartToken, sku: 'A' }))).toEqual(away)
  expect(await shop.guest.getLines({ cartToken })).toEqual(before)
})

it('needs no product to clear a cart or to show an empty one', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 1 })
  stopProduct(shop)
  expect((await shop.guest.clearCart({ cartToken })).cart!.items).toEqual([])
  expect((await shop.guest.getCart({ cartToken })).cart!.items).toEqual([])
})

it('says unavailable while the state store is away, and works when it is back', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 1 })
  shop.sidecar.runtimeUp(false)
  expect(await refusalOf(shop.guest.getLines({ cartToken }))).toEqual({
    kind: 'unavailable',
    code: 'dependency_unavailable',
    params: { service: 'state' },
  })
  shop.sidecar.runtimeUp(true)
  expect(unitsOf((await shop.guest.getLines({ cartToken })).lines)).toEqual({ A: 1 })
})

it('is ready while its sidecar is', async () => {
  await using shop = await startForTest()
  const status = async (path: string) =>
    (await fetch(`http://127.0.0.1:${shop.httpPort}${path}`)).status
  expect(await status('/livez')).toBe(200)
  expect(await status('/readyz')).toBe(200)
  shop.sidecar.runtimeUp(false)
  expect(await status('/livez')).toBe(200)
  expect(await status('/readyz')).toBe(503)
})

it('does not write over an entry of a newer release, and says an unreadable one is our fault', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 1 })
  const key = guestTokens.keyOf(cartToken)
  const { value, ...entry } = shop.sidecar.state.get(key)!
  const newer = { ...entry, value: { ...(value as object), schemaVersion: 3 } }
  shop.sidecar.state.set(key, newer)
  const add = () => refusalOf(shop.guest.addItem({ cartToken, sku: 'A', quantity: 1 }))
  expect(await add()).toMatchObject({ kind: 'unavailable', code: 'cart_newer' })
  expect(shop.sidecar.state.get(key)).toBe(newer)
  shop.sidecar.state.set(key, { ...entry, value: { schemaVersion: 1, id: newId() } })
  expect(await add()).toMatchObject({ kind: 'internal', code: 'internal' })
})
