import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type Product, type ProductDraft, ProductStatus } from '@micromart/contracts/product'
import { systemIds } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import {
  aDraft,
  aVariant,
  createCategory,
  createProduct,
  eur,
  type Shop,
  startForTest,
  unique,
} from './start-for-test.ts'

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

describe('a new product', () => {
  it('is what the draft says, with stock numbers for staff', async () => {
    const category = await createCategory(shop, unique('Cups'))
    const sku = unique('CUP')
    const draft = aDraft({
      title: '  Blue   Cup ',
      handle: unique('blue-cup').toLowerCase(),
      description: '<h1>Blue</h1><script>alert(1)</script><a href="javascript:x">y</a>',
      brand: 'Acme',
      categories: [category.handle],
      tags: ['blue', 'Blue', ' gift '],
      images: [{ url: 'https://example.com/a.png', alt: 'A cup' }],
      options: [{ name: 'Size', values: ['S', 'L'] }],
      variants: [
        aVariant({
          sku,
          options: [{ name: 'size', value: 'l' }],
          compareAtPrice: eur(2999),
          barcode: '4006381333931',
          weightGrams: 250n,
          image: '/images/l.svg',
          stock: 7n,
        }),
      ],
    })
    const { product } = await shop.staff.createProduct({ draft })
    expect(product).toEqual({
      id: expect.any(String),
      handle: draft.handle,
      title: 'Blue Cup',
      description: '<h2>Blue</h2><a rel="nofollow noopener">y</a>',
      brand: 'Acme',
      status: ProductStatus.PRODUCT_STATUS_ACTIVE,
      categories: [{ handle: category.handle, title: category.title }],
      tags: ['Blue', 'gift'],
      images: [{ url: 'https://example.com/a.png', alt: 'A cup' }],
      options: [{ name: 'Size', values: ['S', 'L'] }],
      variants: [
        {
          id: expect.any(String),
          sku,
          title: 'L',
          options: [{ name: 'Size', value: 'L' }],
          price: eur(1999),
          compareAtPrice: eur(2999),
          available: true,
          image: '/images/l.svg',
          barcode: '4006381333931',
          weightGrams: 250n,
          stock: { onHand: 7n, held: 0n, available: 7n },
        },
      ],
      priceRange: { min: eur(1999), max: eur(1999) },
      available: true,
      createdAt: expect.any(Date),
      updatedAt: expect.any(Date),
      version: 1n,
    })
    expect(await read(product!.id)).toEqual(product)
  })

  it('gets its handle from the title, made unique', async () => {
    const title = unique('Crème Brûlée')
    const first = await createProduct(shop, { title })
    const second = await createProduct(shop, { title })
    expect(first.handle).toMatch(/^creme-brulee-/)
    expect(second.handle).toBe(`${first.handle}-2`)
  })

  it('gets a handle of its own when ten are made at once', async () => {
    const title = unique('Racing')
    const products = await Promise.all(
      Array.from({ length: 5 }, () => createProduct(shop, { title })),
    )
    expect(new Set(products.map(({ handle }) => handle)).size).toBe(5)
  })

  it('has a handle also when its title has no letters', async () => {
    expect((await createProduct(shop, { title: '☕☕' })).handle).toMatch(/^product/)
  })

  it('is refused with a handle or sku that is taken', async () => {
    const { handle, variants } = await createProduct(shop)
    const sku = variants[0]!.sku
    await expect(createProduct(shop, { handle })).rejects.toMatchObject({
      kind: 'already_exists',
      code: 'handle_taken',
      params: { handle },
    })
    await expect(createProduct(shop, { variants: [aVariant({ sku })] })).rejects.toMatchObject({
      kind: 'already_exists',
      code: 'sku_taken',
      params: { sku },
    })
  })

  it('is made once when one sku is sent twice at the same time', async () => {
    const sku = unique('ONCE')
    const made = await Promise.allSettled(
      Array.from({ length: 4 }, () => createProduct(shop, { variants: [aVariant({ sku })] })),
    )
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    for (const each of made) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'sku_taken' })
    }
  })

  const size = (value: string) => [{ name: 'Size', value }]
  it.each<[string, Partial<ProductDraft>, string, string]>([
    ['an empty title', { title: ' ' }, '/title', 'required'],
    ['a long title', { title: 'x'.repeat(256) }, '/title', 'too_long'],
    ['a bad handle', { handle: 'No Handle' }, '/handle', 'handle_invalid'],
    ['an id as handle', { handle: systemIds.next() }, '/handle', 'handle_invalid'],
    ['no variants', { variants: [] }, '/variants', 'required'],
    ['an unknown category', { categories: ['nobody'] }, '/categories/0', 'category_unknown'],
    [
      'a picture by script',
      { images: [{ url: 'javascript:x', alt: '' }] },
      '/images/0/url',
      'url_invalid',
    ],
    [
      'a picture of another protocol',
      { images: [{ url: '//evil/x', alt: '' }] },
      '/images/0/url',
      'url_invalid',
    ],
    ['a tag with a comma', { tags: ['a,b'] }, '/tags/0', 'comma'],
    ['an empty sku', { variants: [aVariant({ sku: '' })] }, '/variants/0/sku', 'required'],
    [
      'a negative price',
      { variants: [aVariant({ price: eur(-1) })] },
      '/variants/0/price',
      'out_of_range',
    ],
    [
      'too high a price',
      { variants: [aVariant({ price: eur(1_000_000_001) })] },
      '/variants/0/price',
      'out_of_range',
    ],
    ['no price', { variants: [aVariant({ price: undefined })] }, '/variants/0/price', 'required'],
    [
      'dollars',
      { variants: [aVariant({ price: { amount: 1n, currency: 'USD' } })] },
      '/variants/0/price/currency',
      'currency_mismatch',
    ],
    [
      'a negative stock',
      { variants: [aVariant({ stock: -1n })] },
      '/variants/0/stock',
      'out_of_range',
    ],
    [
      'one sku twice',
      {
        variants: [
          aVariant({ sku: 'TW', options: size('S') }),
          aVariant({ sku: 'TW', options: size('L') }),
        ],
      },
      '/variants/1/sku',
      'duplicate',
    ],
    [
      'one set of options twice',
      { variants: [aVariant({ options: size('S') }), aVariant({ options: size('s') })] },
      '/variants/1/options',
      'duplicate',
    ],
    [
      'two variants without options',
      { variants: [aVariant(), aVariant()] },
      '/variants/1/options',
      'duplicate',
    ],
    [
      'an option left out',
      { variants: [aVariant({ options: size('S') }), aVariant()] },
      '/variants/1/options',
      'option_missing',
    ],
    [
      'an unlisted value',
      { options: [{ name: 'Size', values: ['S'] }], variants: [aVariant({ options: size('L') })] },
      '/variants/0/options/0/value',
      'unknown',
    ],
    [
      'four options',
      {
        variants: [
          aVariant({ options: ['a', 'b', 'c', 'd'].map((name) => ({ name, value: 'x' })) }),
        ],
      },
      '/variants/0/options',
      'too_many',
    ],
  ])('is refused with %s', async (_what, over, path, code) => {
    await expect(createProduct(shop, over)).rejects.toMatchObject({
      kind: 'invalid',
      fields: expect.arrayContaining([expect.objectContaining({ path, code })]),
    })
  })

  it('names all faults together', async () => {
    const bad = { title: '', variants: [aVariant({ sku: '', price: eur(-1) })] }
    await expect(createProduct(shop, bad)).rejects.toMatchObject({
      code: 'product_invalid',
      fields: [{ path: '/title' }, { path: '/variants/0/sku' }, { path: '/variants/0/price' }],
    })
  })
})

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
    const options = (value: string) => [{ name: 'Size', value }]
    const before = await createProduct(shop, {
      variants: ['S', 'M'].map((value) => aVariant({ options: options(value) })),
    })
    const [small, medium] = before.variants
    const after = await patch(before, {
      variants: [
        aVariant({ options: options('L'), stock: 3n, price: eur(900) }),
        aVariant({ sku: medium!.sku, options: options('M'), stock: 99n, price: eur(500) }),
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

  it('gets a dropped sku back with the units that it is said to have', async () => {
    const options = (value: string) => [{ name: 'Size', value }]
    const before = await createProduct(shop, {
      variants: ['S', 'M'].map((value) => aVariant({ options: options(value) })),
    })
    const [small, medium] = before.variants
    const held = { sku: small!.sku, quantity: 4n }
    const orderId = systemIds.next()
    await shop.shopper.holdStock({ orderId, lines: [held], ttlSeconds: 60 })
    const keep = aVariant({ sku: medium!.sku, options: options('M') })
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
    await expect(shop.staff.updateProduct(request)).rejects.toMatchObject({ code: 'field_unknown' })
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

describe('the staff list', () => {
  it('holds whole products of every status, one by one when asked', async () => {
    const brand = unique('Brand')
    const draft = await createProduct(shop, { brand, status: ProductStatus.PRODUCT_STATUS_DRAFT })
    const active = await createProduct(shop, { brand })
    const list = (status: ProductStatus) =>
      shop.staff.listAdminProducts({
        filter: {
          q: undefined,
          category: undefined,
          brand,
          minPrice: undefined,
          maxPrice: undefined,
          inStock: undefined,
          status,
        },
        sort: 0,
        limit: 10,
        cursor: undefined,
      })
    expect((await list(0)).items).toEqual([active, draft])
    expect((await list(ProductStatus.PRODUCT_STATUS_DRAFT)).items).toEqual([draft])
  })
})

describe('who may', () => {
  const calls: [string, (rpc: Shop['shopper']) => Promise<unknown>][] = [
    ['createProduct', (rpc) => rpc.createProduct({ draft: aDraft() })],
    ['getAdminProduct', (rpc) => rpc.getAdminProduct({ idOrHandle: 'x' })],
    ['archiveProduct', (rpc) => rpc.archiveProduct({ id: 'x', expectedVersion: 0n })],
    ['getStock', (rpc) => rpc.getStock({ sku: 'x' })],
    ['adjustStock', (rpc) => rpc.adjustStock({ sku: 'x', delta: 1n, reason: '' })],
  ]

  it.each(calls)('%s: nobody without a token, no customer', async (_name, call) => {
    await expect(call(shop.shopper)).rejects.toMatchObject({ kind: 'unauthenticated' })
    const customer = shop.as({ token: shop.tokenOf('customer') })
    await expect(call(customer)).rejects.toMatchObject({ kind: 'forbidden' })
  })
})
