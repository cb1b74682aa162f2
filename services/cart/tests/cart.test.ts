import { createHash } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { readMetric } from '@micromart/testing'
import { eur, guestCart, newId, refusalOf, startForTest, unitsOf } from './start-for-test.ts'

const uuid7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/
const none = { items: [], subtotal: eur(0), version: '' }

it('answers an empty cart to a guest without one, and writes nothing for it', async () => {
  await using shop = await startForTest()
  const cartToken = 'of nobody'
  expect(await shop.guest.getCart({})).toEqual({ cart: none })
  expect(await shop.guest.getCart({ cartToken })).toEqual({ cart: none })
  expect(await shop.guest.clearCart({ cartToken })).toEqual({ cart: none })
  expect(await shop.guest.removeItem({ cartToken, sku: 'A' })).toEqual({ cart: none })
  expect(await shop.guest.getLines({ cartToken })).toEqual({
    cartId: '',
    version: '',
    lines: [],
    takenOrderIds: [],
    mergedCartIds: [],
    cartKey: `guest:${createHash('sha256').update(cartToken).digest('hex')}`,
    remembers: 50,
  })
  expect((await shop.guest.getLines({})).cartKey).toBe('')
  expect(shop.sidecar.state.size).toBe(0)
  expect(shop.sidecar.calls()).toEqual([])
})

it('gives a guest a token at the first write, and shows the cart at fresh prices', async () => {
  await using shop = await startForTest()
  shop.shelf.put('A', { price: eur(399), availableQuantity: 12n })
  const added = await shop.guest.addItem({ sku: 'A', quantity: 2 })
  expect(added.cartToken).toMatch(/^[\w-]{43}$/)
  expect(added.cart).toEqual({
    items: [
      {
        sku: 'A',
        productId: 'product-A',
        handle: 'handle-A',
        title: 'Title of A',
        options: [{ name: 'Size', value: 'L' }],
        image: '/images/A.svg',
        quantity: 2,
        unitPrice: eur(399),
        lineTotal: eur(798),
        available: true,
        availableQuantity: 12,
      },
    ],
    subtotal: eur(798),
    version: expect.stringMatching(uuid7),
  })
  shop.shelf.put('A', { price: eur(500), availableQuantity: 1_000n })
  const { cart } = await shop.guest.getCart({ cartToken: added.cartToken })
  const item = { ...added.cart!.items[0], unitPrice: eur(500), lineTotal: eur(1000) }
  expect(cart).toEqual({
    ...added.cart,
    items: [{ ...item, availableQuantity: 99 }],
    subtotal: eur(1000),
  })
  expect(shop.sidecar.calls()).toEqual(['product.GetOffers', 'product.GetOffers'])
  expect(shop.sidecar.published()).toEqual([])
  expect(await readMetric(shop.httpPort, 'micromart_cart_operations_total', { op: 'add' })).toBe(1)
})

it('keeps the token as its SHA-256 only, for 30 days from the last write', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 1 })
  const key = `guest:${createHash('sha256').update(cartToken).digest('hex')}`
  expect([...shop.sidecar.state.keys()]).toEqual([key])
  const entry = shop.sidecar.state.get(key)!
  expect(JSON.stringify(entry)).not.toContain(cartToken)
  expect(entry.value).toMatchObject({ schemaVersion: 1, state: 'open' })
  const days = (entry.expiresAt!.getTime() - Date.now()) / 86_400_000
  expect(days).toBeGreaterThan(29.9)
  expect(days).toBeLessThanOrEqual(30)
})

it('never adopts an unknown token: the write mints another one', async () => {
  await using shop = await startForTest()
  shop.shelf.put('A')
  const unknown = 'x'.repeat(43)
  const added = await shop.guest.addItem({ cartToken: unknown, sku: 'A', quantity: 1 })
  expect(added.cartToken).toMatch(/^[\w-]{43}$/)
  expect(added.cartToken).not.toBe(unknown)
  expect(await shop.guest.getCart({ cartToken: unknown })).toEqual({ cart: none })
  const again = await shop.guest.addItem({ cartToken: added.cartToken, sku: 'A', quantity: 1 })
  expect(again.cartToken).toBeUndefined()
  expect(unitsOf(again.cart!.items)).toEqual({ A: 2 })
})

it('gives a member one cart, whatever cart token comes along', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 1, B: 2 })
  const id = newId()
  const member = shop.member(id)
  const added = await member.addItem({ cartToken, sku: 'A', quantity: 5 })
  expect(added.cartToken).toBeUndefined()
  expect(unitsOf(added.cart!.items)).toEqual({ A: 5 })
  expect(await member.getCart({})).toEqual({ cart: added.cart })
  expect(await shop.member(newId()).getCart({})).toEqual({ cart: none })
  expect(shop.sidecar.state.has(`member:${id}`)).toBe(true)
})

it('sets, removes and clears, with a new version at each change of lines and one id', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 1, B: 2, C: 3 })
  const before = await shop.guest.getLines({ cartToken })
  const set = await shop.guest.setItem({ cartToken, sku: 'A', quantity: 7 })
  const same = await shop.guest.setItem({ cartToken, sku: 'A', quantity: 7 })
  const zero = await shop.guest.setItem({ cartToken, sku: 'B', quantity: 0 })
  const removed = await shop.guest.removeItem({ cartToken, sku: 'C' })
  const repeated = await shop.guest.removeItem({ cartToken, sku: 'C' })
  const cleared = await shop.guest.clearCart({ cartToken })
  expect(unitsOf(set.cart!.items)).toEqual({ A: 7, B: 2, C: 3 })
  expect(unitsOf(zero.cart!.items)).toEqual({ A: 7, C: 3 })
  expect(unitsOf(removed.cart!.items)).toEqual({ A: 7 })
  expect(repeated).toEqual(removed)
  expect(same).toEqual(set)
  expect(cleared.cart!.items).toEqual([])
  const versions = [before, set.cart!, zero.cart!, removed.cart!, cleared.cart!].map(
    (of) => of.version,
  )
  expect(versions.every((version) => uuid7.test(version))).toBe(true)
  expect(versions).toEqual([...new Set(versions)].toSorted())
  const after = await shop.guest.getLines({ cartToken })
  expect(after).toEqual({ ...before, version: cleared.cart!.version, lines: [] })
})

it('S36 refuses what cannot be, 100 units of a line among it, and leaves the cart as it was', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 90, B: 2 })
  shop.shelf.put('B', { availableQuantity: 3n })
  shop.shelf.put('A', { availableQuantity: 5_000n })
  const before = await shop.guest.getLines({ cartToken })
  const add = (sku: string, quantity: number) =>
    refusalOf(shop.guest.addItem({ cartToken, sku, quantity }))
  const set = (sku: string, quantity: number) =>
    refusalOf(shop.guest.setItem({ cartToken, sku, quantity }))
  const short = { kind: 'precondition', code: 'out_of_stock', params: { sku: 'B', available: '3' } }
  expect(await add('B', 2)).toEqual(short)
  expect(await add('B', 99)).toEqual(short)
  expect(await set('B', 4)).toEqual(short)
  expect(await add('A', 10)).toMatchObject({ kind: 'precondition', code: 'line_full' })
  expect(await add('NOT SOLD', 1)).toMatchObject({ kind: 'not_found', code: 'sku_not_found' })
  expect(await set('NOT THERE', 1)).toMatchObject({ kind: 'not_found', code: 'line_not_found' })
  expect(await add('A', 0)).toMatchObject({ kind: 'invalid', code: 'quantity_invalid' })
  expect(await set('A', -1)).toMatchObject({ kind: 'invalid', code: 'quantity_invalid' })
  expect(await shop.guest.getLines({ cartToken })).toEqual(before)
  const refused = { op: 'add', outcome: 'out_of_stock' }
  expect(await readMetric(shop.httpPort, 'micromart_cart_operations_total', refused)).toBe(2)
})

it('S36 holds 100 lines', async () => {
  await using shop = await startForTest()
  const skus = Array.from({ length: 101 }, (_, index) => `SKU-${index}`)
  const last = shop.shelf.put(skus.pop()!)
  const cartToken = await guestCart(shop, Object.fromEntries(skus.map((sku) => [sku, 1])))
  expect(await refusalOf(shop.guest.addItem({ cartToken, sku: last, quantity: 1 }))).toEqual({
    kind: 'precondition',
    code: 'cart_full',
    params: { limit: '100' },
  })
  const { cart } = await shop.guest.getCart({ cartToken })
  expect(cart!.items.map(({ sku }) => sku)).toEqual(skus)
})

it('keeps a vanished product visible, unavailable and out of the subtotal', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 1, B: 2 })
  shop.shelf.remove('B')
  const { cart } = await shop.guest.getCart({ cartToken })
  expect(cart!.subtotal).toEqual(eur(250))
  expect(cart!.items[1]).toMatchObject({
    sku: 'B',
    title: 'Title of B',
    quantity: 2,
    unitPrice: eur(250),
    available: false,
    availableQuantity: 0,
  })
  const { lines } = await shop.guest.getLines({ cartToken })
  expect(unitsOf(lines)).toEqual({ A: 1, B: 2 })
  expect(unitsOf((await shop.guest.removeItem({ cartToken, sku: 'B' })).cart!.items)).toEqual({
    A: 1,
  })
})

it('asks product once per request, for all lines together', async () => {
  await using shop = await startForTest()
  const cartToken = await guestCart(shop, { A: 1, B: 2 })
  shop.shelf.put('C')
  shop.sidecar.forget()
  await shop.guest.addItem({ cartToken, sku: 'C', quantity: 1 })
  await shop.guest.getCart({ cartToken })
  const asked = shop.sidecar.recorded('product.GetOffers').map(({ request }) => request)
  expect(asked).toEqual([{ skus: ['A', 'B', 'C'] }, { skus: ['A', 'B', 'C'] }])
})

it('lets in users with the scope only, guests without a token, and nobody with a bad one', async () => {
  await using shop = await startForTest()
  const staff = shop.member(newId(), ['merchandiser'])
  expect(await refusalOf(staff.getCart({}))).toMatchObject({ kind: 'forbidden' })
  expect(await refusalOf(shop.withToken('a.b.c').getCart({}))).toMatchObject({
    kind: 'unauthenticated',
  })
  expect(await refusalOf(shop.guest.mergeCart({ cartToken: 'x' }))).toMatchObject({
    kind: 'unauthenticated',
    code: 'authentication_required',
  })
  expect(shop.sidecar.state.size).toBe(0)
})
