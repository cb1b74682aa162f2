import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { type ProductDraft, ProductStatus } from '@micromart/contracts/product'
import { systemIds } from '@micromart/kernel'
import {
  aDraft,
  aVariant,
  createCategory,
  createProduct,
  eur,
  unique,
  type Shop,
  startForTest,
} from './start-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const read = async (idOrHandle: string) =>
  (await shop.staff.getAdminProduct({ idOrHandle })).product!

const size = (value: string) => [{ name: 'Size', value }]

describe('a new product', () => {
  it('S54 of a status that nobody knows is a draft, which nobody can buy', async () => {
    const draft = aDraft({ status: 99 as ProductStatus })
    const { product } = await shop.staff.createProduct({ draft })
    expect(product?.status).toBe(ProductStatus.PRODUCT_STATUS_DRAFT)
  })

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
