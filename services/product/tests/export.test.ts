import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ProductStatus } from '@micromart/contracts/product'
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

describe('an export', () => {
  it('imports as unchanged, whatever products there are', async () => {
    const parent = await createCategory(shop, unique('Odd & Ends'))
    const child = await createCategory(shop, 'Own handle', parent.handle)
    await createProduct(shop, {
      title: '=HYPERLINK("http://evil","x")',
      brand: '-50% "Off", Ltd.',
      description: '<p>Line one\nline &amp; two</p>\n<ul><li>@home</li></ul>',
      categories: [child.handle, parent.handle],
      tags: ['+1', "it's", 'ünï'],
      images: ['/1.svg', '/2.svg', '/3.svg'].map((url) => ({ url, alt: `'=${url}` })),
      options: [
        { name: 'Size', values: ['S', 'L', 'unused'] },
        { name: 'Colour', values: ['Red'] },
      ],
      variants: ['S', 'L'].map((value) =>
        aVariant({
          sku: unique('@sku,'),
          options: [
            { name: 'Size', value },
            { name: 'Colour', value: 'Red' },
          ],
          compareAtPrice: eur(100_000),
          barcode: '0012',
          weightGrams: 5n,
          image: '/v.svg',
        }),
      ),
    })
    await createProduct(shop, { status: ProductStatus.PRODUCT_STATUS_DRAFT })
    await createProduct(shop, { status: ProductStatus.PRODUCT_STATUS_ARCHIVED })
    const file = await shop.exportCsv()
    expect(file).not.toMatch(/(^|,)"?[=@]/m)
    const report = await shop.importCsv(file, { setStock: true })
    expect(report.rows.filter(({ outcome }) => outcome !== 'unchanged')).toEqual([])
    expect(report.summary?.unchanged).toBeGreaterThan(3n)
    expect(await shop.exportCsv()).toBe(file)
  })
})
