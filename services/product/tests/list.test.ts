import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ProductSort, ProductStatus } from '@micromart/contracts/product'
import { type Filter, listOf, priced, world } from './list-for-test.ts'
import {
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

const list = listOf(() => shop)

const titles = async (...args: Parameters<typeof list>) =>
  (await list(...args)).items.map(({ title }) => title)

describe('a list', () => {
  it('shows what a shop page needs', async () => {
    const brand = world()
    const product = await createProduct(shop, {
      brand,
      images: [
        { url: '/images/a.svg', alt: 'From the front' },
        { url: '/images/b.svg', alt: '' },
      ],
      variants: ['S', 'L'].map((value, at) =>
        aVariant({ options: [{ name: 'Size', value }], price: eur(1000 + 500 * at) }),
      ),
    })
    expect((await list({ brand })).items).toEqual([
      {
        id: product.id,
        handle: product.handle,
        title: product.title,
        brand,
        image: { url: '/images/a.svg', alt: 'From the front' },
        priceRange: { min: eur(1000), max: eur(1500) },
        available: true,
        status: ProductStatus.PRODUCT_STATUS_ACTIVE,
      },
    ])
  })

  it('holds neither drafts nor archived products', async () => {
    const brand = world()
    await createProduct(shop, { brand, status: ProductStatus.PRODUCT_STATUS_DRAFT })
    await createProduct(shop, { brand, status: ProductStatus.PRODUCT_STATUS_ARCHIVED })
    expect((await list({ brand })).items).toEqual([])
  })

  it('sorts by price, both ways, by title and by age', async () => {
    const brand = world()
    for (const [title, cents] of [
      ['Beta', 300],
      ['alpha', 100],
      ['Gamma', 200],
    ] as const) {
      await createProduct(shop, { brand, title, variants: priced(cents) })
    }
    const sorted = (sort: ProductSort) => titles({ brand }, { sort })
    expect(await sorted(ProductSort.PRODUCT_SORT_PRICE_ASC)).toEqual(['alpha', 'Gamma', 'Beta'])
    expect(await sorted(ProductSort.PRODUCT_SORT_PRICE_DESC)).toEqual(['Beta', 'Gamma', 'alpha'])
    expect(await sorted(ProductSort.PRODUCT_SORT_TITLE)).toEqual(['alpha', 'Beta', 'Gamma'])
    expect(await sorted(ProductSort.PRODUCT_SORT_NEWEST)).toEqual(['Gamma', 'alpha', 'Beta'])
  })

  it('filters by price: one variant must lie between the bounds', async () => {
    const brand = world()
    await createProduct(shop, { brand, title: 'cheap', variants: priced(500) })
    await createProduct(shop, {
      brand,
      title: 'wide',
      variants: ['S', 'L'].map((value, at) =>
        aVariant({ options: [{ name: 'Size', value }], price: eur(500 + 9500 * at) }),
      ),
    })
    const found = async (filter: Filter) => (await titles({ brand, ...filter })).toSorted()
    expect(await found({ minPrice: 500n, maxPrice: 500n })).toEqual(['cheap', 'wide'])
    expect(await found({ minPrice: 600n })).toEqual(['wide'])
    expect(await found({ maxPrice: 600n })).toEqual(['cheap', 'wide'])
    expect(await found({ minPrice: 2000n, maxPrice: 5000n })).toEqual([])
  })

  it('filters by availability, which follows the stock', async () => {
    const brand = world()
    const { variants } = await createProduct(shop, { brand, title: 'there' })
    await createProduct(shop, { brand, title: 'gone', variants: [aVariant({ stock: 0n })] })
    expect(await titles({ brand, inStock: true })).toEqual(['there'])
    expect(await titles({ brand, inStock: false })).toEqual(['gone'])
    await shop.staff.adjustStock({ sku: variants[0]!.sku, delta: -10n, reason: '' })
    expect(await titles({ brand, inStock: true })).toEqual([])
  })

  it('finds products in a category and in those below it', async () => {
    const kitchen = await createCategory(shop, unique('Kitchen'))
    const mugs = await createCategory(shop, unique('Mugs'), kitchen.handle)
    await createProduct(shop, { title: 'below', categories: [mugs.handle] })
    await createProduct(shop, { title: 'here', categories: [kitchen.handle] })
    expect((await titles({ category: kitchen.handle })).toSorted()).toEqual(['below', 'here'])
    expect(await titles({ category: mugs.handle })).toEqual(['below'])
    expect(await titles({ category: 'no-such-category' })).toEqual([])
  })

  it('counts facets, each without its own filter', async () => {
    const category = await createCategory(shop, unique('Things'))
    const [one, other] = [world(), world()]
    const under = { categories: [category.handle] }
    await createProduct(shop, { ...under, brand: one, variants: priced(500) })
    await createProduct(shop, { ...under, brand: one, variants: priced(1500) })
    await createProduct(shop, { ...under, brand: other, variants: [aVariant({ stock: 0n })] })
    const { facets } = await list({ category: category.handle, brand: one }, { facets: true })
    const byName = new Map(facets.map(({ name, values }) => [name, values]))
    expect(byName.get('brand')).toEqual([
      { value: one, label: one, count: 2n },
      { value: other, label: other, count: 1n },
    ])
    expect(byName.get('category')).toContainEqual({
      value: category.handle,
      label: category.title,
      count: 2n,
    })
    expect(byName.get('price')).toEqual([
      { value: '0-999', label: '0-999', count: 1n },
      { value: '1000-2499', label: '1000-2499', count: 1n },
    ])
    expect(byName.get('availability')).toEqual([{ value: 'true', label: 'In stock', count: 2n }])
  })

  it.each([101, -1])('refuses a limit of %i', async (limit) => {
    await expect(list({}, { limit })).rejects.toMatchObject({
      kind: 'invalid',
      fields: [{ path: '/limit', code: 'out_of_range' }],
    })
  })
})
