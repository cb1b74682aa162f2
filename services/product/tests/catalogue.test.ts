import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { ListProductsRequest, ProductFilter } from '@micromart/contracts/product'
import { ProductSort, ProductStatus } from '@micromart/contracts/product'
import { systemIds } from '@micromart/kernel'
import { readMetric } from '@micromart/testing'
import {
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

const noFilter: ProductFilter = {
  q: undefined,
  category: undefined,
  brand: undefined,
  minPrice: undefined,
  maxPrice: undefined,
  inStock: undefined,
  status: ProductStatus.PRODUCT_STATUS_UNSPECIFIED,
}

const list = (filter: Partial<ProductFilter>, over: Partial<ListProductsRequest> = {}) =>
  shop.shopper.listProducts({
    filter: { ...noFilter, ...filter },
    sort: ProductSort.PRODUCT_SORT_UNSPECIFIED,
    limit: 100,
    cursor: undefined,
    facets: false,
    ...over,
  })

const titles = async (...args: Parameters<typeof list>) =>
  (await list(...args)).items.map(({ title }) => title)

/** A brand that only one test uses: its products are that test's world. */
const world = () => unique('Brand')

const priced = (cents: number) => [aVariant({ price: eur(cents) })]

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
    const found = async (filter: Partial<ProductFilter>) =>
      (await titles({ brand, ...filter })).toSorted()
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

describe('a cursor', () => {
  const sorts = [
    ProductSort.PRODUCT_SORT_NEWEST,
    ProductSort.PRODUCT_SORT_PRICE_ASC,
    ProductSort.PRODUCT_SORT_PRICE_DESC,
    ProductSort.PRODUCT_SORT_TITLE,
    ProductSort.PRODUCT_SORT_RELEVANCE,
  ]

  const walk = async (
    filter: Partial<ProductFilter>,
    sort: ProductSort,
    between: () => Promise<unknown> = async () => {},
  ) => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await list(filter, { sort, limit: 2, cursor })
      seen.push(...page.items.map(({ id }) => id))
      cursor = page.nextCursor
      await between()
    } while (cursor !== undefined)
    return seen
  }

  it.each(sorts)('of sort %i walks over every product once, also among equals', async (sort) => {
    const brand = world()
    const ids: string[] = []
    for (const cents of [100, 100, 100, 200, 200, 50, 100]) {
      const { id } = await createProduct(shop, { brand, title: 'Twin', variants: priced(cents) })
      ids.push(id)
    }
    const filter = sort === ProductSort.PRODUCT_SORT_RELEVANCE ? { brand, q: 'twin' } : { brand }
    expect((await walk(filter, sort)).toSorted()).toEqual(ids.toSorted())
  })

  it('neither skips nor repeats a product while others come', async () => {
    const brand = world()
    const ids: string[] = []
    for (let at = 0; at < 7; at += 1) ids.push((await createProduct(shop, { brand })).id)
    const seen = await walk({ brand }, ProductSort.PRODUCT_SORT_NEWEST, () =>
      createProduct(shop, { brand }),
    )
    expect(seen).toEqual(ids.toReversed())
  })

  it('neither skips nor repeats a product while others are archived', async () => {
    const brand = world()
    const created = []
    for (let at = 0; at < 6; at += 1) {
      created.push(await createProduct(shop, { brand, variants: priced(100 * at) }))
    }
    const page = await list({ brand }, { sort: ProductSort.PRODUCT_SORT_PRICE_ASC, limit: 3 })
    await shop.staff.archiveProduct({ id: created[0]!.id, expectedVersion: 0n })
    await shop.staff.archiveProduct({ id: created[2]!.id, expectedVersion: 0n })
    const rest = await list(
      { brand },
      { sort: ProductSort.PRODUCT_SORT_PRICE_ASC, limit: 3, cursor: page.nextCursor },
    )
    expect(rest.items.map(({ id }) => id)).toEqual(created.slice(3).map(({ id }) => id))
    expect(rest.nextCursor).toBeUndefined()
  })

  it('belongs to its sort and filters', async () => {
    const brand = world()
    for (let at = 0; at < 3; at += 1) await createProduct(shop, { brand })
    const { nextCursor: cursor } = await list({ brand }, { limit: 1 })
    const refused = { kind: 'invalid', code: 'cursor_invalid' }
    const sort = ProductSort.PRODUCT_SORT_TITLE
    await expect(list({ brand }, { cursor, sort })).rejects.toMatchObject(refused)
    await expect(list({ brand, inStock: true }, { cursor })).rejects.toMatchObject(refused)
    await expect(list({}, { cursor })).rejects.toMatchObject(refused)
    expect((await list({ brand }, { cursor })).items).toHaveLength(2)
  })

  it.each([
    'x',
    '%00',
    Buffer.from('[]').toString('base64url'),
    Buffer.from('[["a","b"],["newest",null,null,null,null,null,null,"active"]]').toString(
      'base64url',
    ),
    Buffer.from(`[["' OR 1=1","${systemIds.next()}"],["newest",null]]`).toString('base64url'),
  ])('made up as %s is refused', async (cursor) => {
    await expect(list({}, { cursor })).rejects.toMatchObject({ code: 'cursor_invalid' })
  })
})

describe('one product', () => {
  it('is read by id and by handle, without stock numbers', async () => {
    const product = await createProduct(shop, { description: '<p>Good</p>' })
    const { product: byId } = await shop.shopper.getProduct({ idOrHandle: product.id })
    const { product: byHandle } = await shop.shopper.getProduct({ idOrHandle: product.handle })
    const variants = product.variants.map((variant) => ({ ...variant, stock: undefined }))
    expect(byId).toEqual({ ...product, variants })
    expect(byHandle).toEqual(byId)
  })

  it('takes two queries, a page of a list one', async () => {
    const { handle, brand } = await createProduct(shop, { brand: world() })
    const name = 'db_client_operation_duration_seconds_count'
    const selects = () => readMetric(shop.httpPort, name, { db_operation_name: 'SELECT' })
    const during = async (work: () => Promise<unknown>) => {
      const before = await selects()
      await work()
      return (await selects()) - before
    }
    const reading = await during(async () => {}) // reading the metrics asks the database too
    const one = await during(() => shop.shopper.getProduct({ idOrHandle: handle }))
    const page = await during(() => list({ brand, minPrice: 1n, maxPrice: 5000n, inStock: true }))
    expect({ one: one - reading, page: page - reading }).toEqual({ one: 2, page: 1 })
  })

  it.each(['no-such-handle', 'x'.repeat(5_000), '', '%', systemIds.next()])(
    'is not found as %p',
    async (idOrHandle) => {
      await expect(shop.shopper.getProduct({ idOrHandle })).rejects.toMatchObject({
        kind: 'not_found',
        code: 'product_not_found',
      })
    },
  )

  it('is not found while it is a draft', async () => {
    const draft = { status: ProductStatus.PRODUCT_STATUS_DRAFT }
    const { handle } = await createProduct(shop, draft)
    await expect(shop.shopper.getProduct({ idOrHandle: handle })).rejects.toMatchObject({
      code: 'product_not_found',
    })
  })
})

describe('categories', () => {
  it('come as a tree, siblings in their order', async () => {
    const root = await createCategory(shop, unique('Home'))
    const first = await createCategory(shop, 'Zest', root.handle)
    const second = await createCategory(shop, 'Apple', root.handle)
    const { items } = await shop.shopper.listCategories({})
    expect(items.find(({ id }) => id === root.id)).toEqual({
      ...root,
      children: [first, second],
    })
  })

  it('refuse an unknown parent, a taken handle, a bad title', async () => {
    const { handle } = await createCategory(shop, unique('Taken'))
    const create = (title: string, over = {}) =>
      shop.staff.createCategory({ title, handle: undefined, parent: undefined, ...over })
    await expect(create('x', { parent: 'nobody' })).rejects.toMatchObject({
      fields: [{ path: '/parent', code: 'category_unknown' }],
    })
    await expect(create('x', { handle })).rejects.toMatchObject({ code: 'handle_taken' })
    await expect(create('a > b')).rejects.toMatchObject({ fields: [{ path: '/title' }] })
    await expect(create('x', { handle: 'No Handle' })).rejects.toMatchObject({
      fields: [{ path: '/handle' }],
    })
  })
})

describe('offers', () => {
  it('leave out unknown skus and those off the shop', async () => {
    const here = await createProduct(shop, { images: [{ url: '/i.svg', alt: '' }] })
    const gone = await createProduct(shop, { status: ProductStatus.PRODUCT_STATUS_DRAFT })
    const sku = here.variants[0]!.sku
    const skus = [gone.variants[0]!.sku, sku, 'unknown', sku]
    expect(await shop.shopper.getOffers({ skus })).toEqual({
      offers: [
        {
          sku,
          productId: here.id,
          handle: here.handle,
          title: here.title,
          options: [],
          image: '/i.svg',
          price: eur(1999),
          availableQuantity: 10n,
        },
      ],
    })
    expect(await shop.shopper.getOffers({ skus: [] })).toEqual({ offers: [] })
  })
})
