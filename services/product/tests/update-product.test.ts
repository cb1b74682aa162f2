import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Product, type ProductDraft, ProductStatus } from '@micromart/contracts/product'
import { systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { aDraft, aVariant, createProduct, eur, type Shop, startForTest } from './start-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const patch = async (
  product: Product,
  draft: Partial<ProductDraft>,
  expectedVersion = product.version,
) => {
  const { product: after } = await shop.staff.updateProduct({
    id: product.id,
    expectedVersion,
    fields: Object.keys(draft),
    draft: { ...aDraft({ variants: [] }), ...draft },
  })
  return after!
}

const read = async (idOrHandle: string) =>
  (await shop.staff.getAdminProduct({ idOrHandle })).product!

const options = (value: string) => [{ name: 'Size', value }]

describe('a changed product', () => {
  it('keeps what the patch does not name', async () => {
    const before = await createProduct(shop, { brand: 'Old', tags: ['a'] })
    const after = await patch(before, { brand: 'New' })
    expect(after).toEqual({
      ...before,
      brand: 'New',
      version: before.version + 1n,
      updatedAt: after.updatedAt,
    })
    expect(await read(before.id)).toEqual(after)
  })

  it('changes, adds and drops variants by sku, and keeps the stock of those that stay', async () => {
    const before = await createProduct(shop, {
      variants: ['S', 'M'].map((value) => aVariant({ options: options(value) })),
    })
    const [small, medium] = before.variants
    const after = await patch(before, {
      variants: [
        aVariant({ options: options('L'), stock: 3n, price: eur(900) }),
        aVariant({ sku: medium!.sku, options: options('M'), stock: undefined, price: eur(500) }),
      ],
    })
    expect(after.variants.map(({ title, stock, price }) => [title, stock?.onHand, price])).toEqual([
      ['L', 3n, eur(900)],
      ['M', 10n, eur(500)],
    ])
    expect(after.variants[1]?.id).toBe(medium!.id)
    expect(after.priceRange).toEqual({ min: eur(500), max: eur(900) })
    const { offers } = await shop.shopper.getOffers({ skus: [small!.sku] })
    expect(offers).toEqual([])
  })

  it('is refused with units of a sku that it has: those are changed in the ledger', async () => {
    const before = await createProduct(shop, {
      variants: ['S', 'M'].map((value) => aVariant({ options: options(value) })),
    })
    const [small, medium] = before.variants.map(({ sku }) => sku)
    const variants = [
      aVariant({ options: options('L'), stock: 3n }),
      aVariant({ sku: small!, options: options('S'), stock: 10n }),
      aVariant({ sku: medium!, options: options('M'), stock: 0n }),
    ]
    const code = 'use_stock_ledger'
    await expect(patch(before, { variants })).rejects.toMatchObject({
      kind: 'invalid',
      code,
      fields: [
        { path: '/variants/1/stock', code },
        { path: '/variants/2/stock', code },
      ],
    })
    expect(await read(before.id)).toEqual(before)
  })

  it('gets a dropped sku back with the units that it is said to have', async () => {
    const before = await createProduct(shop, {
      variants: ['S', 'M'].map((value) => aVariant({ options: options(value) })),
    })
    const [small, medium] = before.variants
    const held = { sku: small!.sku, quantity: 4n }
    const orderId = systemIds.next()
    await shop.shopper.holdStock({ orderId, lines: [held], ttlSeconds: 60 })
    const keep = aVariant({ sku: medium!.sku, options: options('M'), stock: undefined })
    const without = await patch(before, { variants: [keep] })
    const back = aVariant({ sku: small!.sku, options: options('S'), stock: 6n })
    await patch(without, { variants: [keep, back] })
    const { stock, movements } = await shop.staff.getStock({ sku: small!.sku })
    expect(stock).toEqual({ onHand: 6n, held: 4n, available: 2n })
    expect(movements.map(({ delta }) => delta)).toEqual([-4n, 10n])
    expect(await shop.shopper.claimStock({ orderId })).toMatchObject({ claimed: true })
  })

  it('is refused when it changed meanwhile, and never loses one of two writers', async () => {
    const before = await createProduct(shop)
    await patch(before, { brand: 'First' })
    await expect(patch(before, { brand: 'Late' })).rejects.toMatchObject({
      kind: 'conflict',
      code: 'version_changed',
      params: { version: String(before.version + 1n) },
    })
    const now = await read(before.id)
    const both = await Promise.allSettled([
      patch(now, { brand: 'A' }),
      patch(now, { title: 'B' }),
      patch(now, { tags: ['c'] }),
    ])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    expect((await read(before.id)).version).toBe(now.version + 1n)
  })

  it('changed to what it is, keeps its version', async () => {
    const before = await createProduct(shop, { brand: 'Same' })
    expect(await patch(before, { brand: 'Same' })).toEqual(before)
  })

  it('is refused with a field that does not exist, and when it is absent', async () => {
    const before = await createProduct(shop)
    const request = { id: before.id, expectedVersion: 0n, draft: aDraft(), fields: ['version'] }
    await expect(shop.staff.updateProduct(request)).rejects.toMatchObject({
      code: 'validation_failed',
      fields: [{ path: '/fields', code: 'field_unknown' }],
    })
    const absent = { ...request, id: systemIds.next(), fields: ['title'] }
    await expect(shop.staff.updateProduct(absent)).rejects.toMatchObject({
      kind: 'not_found',
      code: 'product_not_found',
    })
  })

  it('archived, is gone for shoppers and stays for staff', async () => {
    const before = await createProduct(shop)
    await shop.staff.archiveProduct({ id: before.id, expectedVersion: before.version })
    await expect(shop.shopper.getProduct({ idOrHandle: before.id })).rejects.toMatchObject({
      code: 'product_not_found',
    })
    expect((await read(before.id)).status).toBe(ProductStatus.PRODUCT_STATUS_ARCHIVED)
  })

  it('tells the bus, and the list of changes', async () => {
    const { cursor } = await shop.shopper.changesSince({ cursor: '' })
    const product = await createProduct(shop)
    await patch(product, { brand: 'Told' })
    const changed = { productId: product.id, handle: product.handle }
    await eventually(() =>
      expect(
        shop.sidecar
          .published()
          .filter(({ payload }) => (payload as { productId: string }).productId === product.id)
          .map(({ topic, payload }) => [topic, payload]),
      ).toEqual([
        ['product.changed.v1', { ...changed, version: '1' }],
        ['product.changed.v1', { ...changed, version: '2' }],
      ]),
    )
    const since = await shop.shopper.changesSince({ cursor })
    expect(since).toEqual({ cursor: expect.any(String), changes: [changed], reset: false })
    expect(await shop.shopper.changesSince({ cursor: since.cursor })).toMatchObject({ changes: [] })
  })
})
