import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { csv, mug, outcomes, productOf } from './csv-for-test.ts'
import { createProduct, eur, unique, type Shop, startForTest } from './start-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const product = productOf(() => shop)

describe('an import', () => {
  it('says unchanged the second time, and updated for what changed', async () => {
    const handle = unique('mug').toLowerCase()
    const options = { 'Option1 Name': 'Size', 'Option1 Value': 'S' }
    const rows = [
      mug(handle, { ...options, Type: 'Mugs', 'Image Src': '/a.svg' }),
      { Handle: handle, 'Option1 Value': 'L', 'Variant SKU': `${handle}-2`, 'Variant Price': '5' },
      { Handle: handle, 'Image Src': '/b.svg' },
    ]
    await shop.importCsv(csv(...rows))
    const before = await product(handle)
    expect(outcomes(await shop.importCsv(csv(...rows)))).toEqual([
      '2 unchanged',
      '3 unchanged',
      '4 unchanged',
    ])
    expect(await product(handle)).toEqual(before)

    const changed = rows.map((row, at) => (at === 1 ? { ...row, 'Variant Price': '6' } : row))
    const more = {
      Handle: handle,
      'Option1 Value': 'XL',
      'Variant SKU': `${handle}-3`,
      'Variant Price': '7',
    }
    expect(outcomes(await shop.importCsv(csv(...changed, more)))).toEqual([
      '2 updated', // its options have a new value
      '3 updated',
      '4 unchanged',
      '5 created',
    ])
    const after = await product(handle)
    expect(after.variants.map(({ sku, price }) => [sku, price])).toEqual([
      [`${handle}-1`, eur(990)],
      [`${handle}-2`, eur(600)],
      [`${handle}-3`, eur(700)],
    ])
    expect(after.variants[0]?.id).toBe(before.variants[0]?.id)
  })

  it('takes the good rows whatever the bad ones do, and says what was wrong with those', async () => {
    const name = unique('row').toLowerCase()
    const at = (n: number, over: Record<string, string>) => mug(`${name}-${n}`, over)
    const size = (n: number, sku: string, value: string, price = '1.00') => ({
      Handle: `${name}-${n}`,
      'Option1 Value': value,
      'Variant SKU': sku,
      'Variant Price': price,
    })
    const taken = (await createProduct(shop)).variants[0]!.sku
    const report = await shop.importCsv(
      csv(
        at(1, {}),
        at(2, { 'Variant Price': 'abc' }),
        at(3, { 'Variant Price': '-1' }),
        at(4, { 'Variant Price': '' }),
        at(5, { 'Variant SKU': '' }),
        at(6, { Title: '' }),
        at(7, { 'Variant SKU': taken }),
        at(8, { 'Variant SKU': `${name}-1-1` }),
        at(9, { 'Variant Inventory Qty': '-4' }),
        at(10, { Status: 'secret' }),
        at(11, { 'Image Src': 'javascript:alert(1)' }),
        at(12, { 'Option1 Name': 'Size', 'Option1 Value': 'S' }),
        size(12, `${name}-12-2`, 's'),
        size(12, `${name}-12-3`, ''),
        size(12, `${name}-12-4`, 'L', '1.299'),
        size(12, `${name}-12-5`, 'XL'),
        at(13, { Handle: '', Title: '' }),
        at(14, { Handle: 'not a handle!' }),
        at(15, { 'Variant Price': '10000000.01' }),
        at(16, { 'Variant Grams': 'heavy' }),
        at(17, { Title: '<b>=1+1</b>' }),
      ),
    )
    expect(outcomes(report)).toEqual([
      '2 created',
      '3 failed price_invalid',
      '4 failed price_invalid',
      '5 failed price_missing',
      '6 failed sku_missing',
      '7 failed title_missing',
      '8 failed sku_taken',
      '9 failed sku_repeated',
      '10 failed stock_invalid',
      '11 failed status_unknown',
      '12 failed image_invalid',
      '13 created',
      '14 failed options_taken',
      '15 failed option_missing',
      '16 failed price_invalid',
      '17 created',
      '18 failed handle_missing',
      '19 failed handle_invalid',
      '20 failed price_out_of_range',
      '21 failed weight_invalid',
      '22 created',
    ])
    expect(report.summary).toEqual({ created: 4n, updated: 0n, unchanged: 0n, failed: 17n })
    expect((await product(`${name}-12`)).variants.map(({ title }) => title)).toEqual(['S', 'XL'])
    for (const n of [2, 5, 11]) {
      await expect(product(`${name}-${n}`)).rejects.toMatchObject({ code: 'product_not_found' })
    }
  })

  it('goes on behind a quote that is never closed', async () => {
    const name = unique('quote').toLowerCase()
    const file = `Handle,Title,Variant SKU,Variant Price\n${name},Good,${name}-1,1.00\n${name}-2,"Open,x,1.00\n`
    expect(outcomes(await shop.importCsv(file))).toEqual([
      '2 created',
      '3 failed csv_quote_not_closed',
    ])
  })
})
