import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ProductStatus } from '@micromart/contracts/product'
import { systemIds } from '@micromart/kernel'
import { readMetric } from '@micromart/testing'
import { listOf, world } from './list-for-test.ts'
import {
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
    // What the service asks by itself meanwhile comes on top, seldom five times in a row.
    const fewest = async (work: () => Promise<unknown>) => {
      const counts = []
      for (const _ of [1, 2, 3, 4, 5]) counts.push(await during(work))
      return Math.min(...counts)
    }
    const reading = await fewest(async () => {}) // reading the metrics asks the database too
    const one = await fewest(() => shop.shopper.getProduct({ idOrHandle: handle }))
    const page = await fewest(() => list({ brand, minPrice: 1n, maxPrice: 5000n, inStock: true }))
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
