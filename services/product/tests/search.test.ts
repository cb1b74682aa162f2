import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ProductSort } from '@micromart/contracts/product'
import { listOf } from './list-for-test.ts'
import {
  aVariant,
  createCategory,
  createProduct,
  type Shop,
  startForTest,
} from './start-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const list = listOf(() => shop)

const search = async (q: string, sort: ProductSort = ProductSort.PRODUCT_SORT_RELEVANCE) =>
  (await list({ q }, { sort, facets: true })).items.map(({ title }) => title)

describe('search', () => {
  it('puts title over brand and tags over description, and the shorter title first', async () => {
    await createProduct(shop, { title: 'Tray', description: '<p>Goes with any teapot.</p>' })
    await createProduct(shop, { title: 'Cosy', tags: ['teapot'] })
    await createProduct(shop, { title: 'Enamel teapot with a wooden handle and lid' })
    await createProduct(shop, { title: 'Teapot' })
    await createProduct(shop, { title: 'Kettle', brand: 'Teapot & Sons' })
    expect(await search('teapot')).toEqual([
      'Teapot',
      'Enamel teapot with a wooden handle and lid',
      'Cosy',
      'Kettle',
      'Tray',
    ])
  })

  it('asks for every word, and lets the last one go on', async () => {
    await createProduct(shop, { title: 'Copper saucepan' })
    await createProduct(shop, { title: 'Copper ladle' })
    expect(await search('copper sauc')).toEqual(['Copper saucepan'])
    expect(await search('sauc copper')).toEqual([])
    expect((await search('copper')).toSorted()).toEqual(['Copper ladle', 'Copper saucepan'])
  })

  it('finds short words, stopwords and numbers', async () => {
    await createProduct(shop, { title: 'TV stand' })
    await createProduct(shop, { title: 'The Who on vinyl' })
    await createProduct(shop, { title: 'Glue no 7' })
    expect(await search('tv')).toEqual(['TV stand'])
    expect(await search('the who')).toEqual(['The Who on vinyl'])
    expect(await search('glue 7')).toEqual(['Glue no 7'])
  })

  it('does not mind small words, plurals, case and accents', async () => {
    await createProduct(shop, { title: 'Crème brûlée dish' })
    await createProduct(shop, { title: 'Box of matches' })
    expect(await search('CREME BRULEE')).toEqual(['Crème brûlée dish'])
    expect(await search('dishes for crème')).toEqual(['Crème brûlée dish'])
    expect(await search('boxes')).toEqual(['Box of matches'])
    expect(await search('match box')).toEqual(['Box of matches'])
  })

  it('finds by sku, option value and category', async () => {
    const category = await createCategory(shop, 'Gardening')
    await createProduct(shop, {
      title: 'Trowel',
      categories: [category.handle],
      variants: [aVariant({ sku: 'TRW-001', options: [{ name: 'Colour', value: 'Ultramarine' }] })],
    })
    expect(await search('trw-001')).toEqual(['Trowel'])
    expect(await search('ultramarine')).toEqual(['Trowel'])
    expect(await search('gardening')).toEqual(['Trowel'])
  })

  it('sees a change of title at once and forgets the old one', async () => {
    const product = await createProduct(shop, { title: 'Oldname lamp' })
    await shop.staff.updateProduct({
      id: product.id,
      expectedVersion: product.version,
      fields: ['title'],
      draft: { ...product, title: 'Newname lamp', categories: [], variants: [], handle: undefined },
    })
    expect(await search('newname')).toEqual(['Newname lamp'])
    expect(await search('oldname')).toEqual([])
  })

  it('sorts what it found otherwise when asked', async () => {
    await createProduct(shop, { title: 'Zebra rug' })
    await createProduct(shop, { title: 'Auburn rug' })
    expect(await search('rug', ProductSort.PRODUCT_SORT_TITLE)).toEqual(['Auburn rug', 'Zebra rug'])
  })

  it.each([
    '+-*"()@<>~',
    '"unclosed',
    '+',
    '*',
    '@distance 5',
    '(((((',
    'a* b* c*',
    `' OR 1=1 --`,
    `\\' UNION SELECT * FROM products`,
    '%_%',
    '\u0000\u0001',
    '💥',
    '😀 mug 😀',
    'ß'.repeat(600),
    'word '.repeat(1_000),
    '+red -blue ~green <x >y',
    '茶',
    '',
    '   ',
    '__',
    '__a',
    'NULL',
  ])('never fails on %p', async (q) => {
    expect(Array.isArray(await search(q))).toBe(true)
  })
})
