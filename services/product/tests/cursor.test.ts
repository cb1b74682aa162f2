import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ProductSort } from '@micromart/contracts/product'
import { systemIds } from '@micromart/kernel'
import { type Filter, listOf, priced, world } from './list-for-test.ts'
import { createProduct, type Shop, startForTest } from './start-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const list = listOf(() => shop)

const walk = async (
  filter: Filter,
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

describe('a cursor', () => {
  const sorts = [
    ProductSort.PRODUCT_SORT_NEWEST,
    ProductSort.PRODUCT_SORT_PRICE_ASC,
    ProductSort.PRODUCT_SORT_PRICE_DESC,
    ProductSort.PRODUCT_SORT_TITLE,
    ProductSort.PRODUCT_SORT_RELEVANCE,
  ]

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
