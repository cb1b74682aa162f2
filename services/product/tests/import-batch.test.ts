import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { systemIds } from '@micromart/kernel'
import { csv, mug, outcomes, productOf } from './csv-for-test.ts'
import { eur, unique, type Shop, startForTest } from './start-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const product = productOf(() => shop)

describe('an import', () => {
  it('keeps rows of one product together that stand apart', async () => {
    const [a, b] = [unique('a').toLowerCase(), unique('b').toLowerCase()]
    const file = csv(
      mug(a, { 'Option1 Name': 'Size', 'Option1 Value': 'S', 'Image Src': '/1.svg' }),
      mug(b),
      {
        Handle: a,
        'Option1 Value': 'L',
        'Variant SKU': `${a}-2`,
        'Variant Price': '5',
        'Image Src': '/2.svg',
      },
    )
    expect(outcomes(await shop.importCsv(file))).toEqual(['2 created', '3 created', '4 created'])
    expect(outcomes(await shop.importCsv(file))).toEqual([
      '2 unchanged',
      '3 unchanged',
      '4 unchanged',
    ])
    expect(await product(a)).toMatchObject({
      images: [{ url: '/1.svg' }, { url: '/2.svg' }],
      variants: [{ title: 'S' }, { title: 'L' }],
    })
  })

  it('writes nothing in a dry run and says what it would do', async () => {
    const [a, b] = [unique('dry').toLowerCase(), unique('dry').toLowerCase()]
    await shop.importCsv(csv(mug(a)))
    const file = csv(
      mug(a, { 'Variant Price': '1' }),
      mug(b, { 'Option1 Name': 'Size', 'Option1 Value': 'S', Type: 'Never made' }),
      mug(a, { Title: '' }),
      { Handle: b, 'Option1 Value': 'L', 'Variant SKU': `${b}-2`, 'Variant Price': '2' },
    )
    expect(outcomes(await shop.importCsv(file, { dryRun: true }))).toEqual([
      '2 updated',
      '3 created',
      '4 failed sku_repeated',
      '5 created',
    ])
    expect((await product(a)).variants[0]?.price).toEqual(eur(990))
    await expect(product(b)).rejects.toMatchObject({ code: 'product_not_found' })
    const { items } = await shop.shopper.listCategories({})
    expect(items.map(({ title }) => title)).not.toContain('Never made')
  })

  it('sets stock of new variants only, unless told otherwise, and never under what is held', async () => {
    const name = unique('stock').toLowerCase()
    await shop.importCsv(csv(mug(`${name}-a`), mug(`${name}-b`)))
    const sku = `${name}-a-1`
    await shop.shopper.holdStock({
      orderId: systemIds.next(),
      lines: [{ sku, quantity: 4n }],
      ttlSeconds: 900,
    })
    const file = csv(
      mug(`${name}-a`, { 'Variant Inventory Qty': '3' }),
      mug(`${name}-b`, { 'Variant Inventory Qty': '8' }),
    )
    expect(outcomes(await shop.importCsv(file))).toEqual(['2 unchanged', '3 unchanged'])
    const said = ['2 failed stock_below_held', '3 updated']
    expect(outcomes(await shop.importCsv(file, { setStock: true, dryRun: true }))).toEqual(said)
    expect(outcomes(await shop.importCsv(file, { setStock: true }))).toEqual(said)
    expect((await shop.staff.getStock({ sku })).stock).toEqual({
      onHand: 5n,
      held: 4n,
      available: 1n,
    })
    const { stock, movements } = await shop.staff.getStock({ sku: `${name}-b-1` })
    expect(stock?.onHand).toBe(8n)
    expect(movements.map(({ kind, delta }) => [kind, delta])).toEqual([
      ['import', 3n],
      ['import', 5n],
    ])
    expect(outcomes(await shop.importCsv(file, { setStock: true }))).toEqual([
      '2 failed stock_below_held',
      '3 unchanged',
    ])
  })

  it('goes in whole twice at the same time', async () => {
    const name = unique('twice').toLowerCase()
    const file = csv(...Array.from({ length: 30 }, (_, at) => mug(`${name}-${at}`, { Type: name })))
    const reports = await Promise.all([shop.importCsv(file), shop.importCsv(file)])
    const all = reports.flatMap(({ rows }) => rows.map(({ outcome }) => outcome))
    expect(all.filter((outcome) => outcome === 'created')).toHaveLength(30)
    expect(all.filter((outcome) => outcome === 'failed')).toEqual([])
  })

  it('during a sale loses neither holds nor rows', async () => {
    const name = unique('sale').toLowerCase()
    const rows = Array.from({ length: 10 }, (_, at) =>
      mug(`${name}-${at}`, { 'Variant Inventory Qty': '1' }),
    )
    await shop.importCsv(csv(...rows))
    const buys = rows.map((row) =>
      shop.shopper.holdStock({
        orderId: systemIds.next(),
        lines: [{ sku: row['Variant SKU'], quantity: 1n }],
        ttlSeconds: 900,
      }),
    )
    const dearer = rows.map((row) => ({ ...row, 'Variant Price': '11' }))
    const [report, holds] = await Promise.all([shop.importCsv(csv(...dearer)), Promise.all(buys)])
    expect(holds.every(({ held }) => held)).toBe(true)
    expect(report.rows.map(({ outcome }) => outcome)).toEqual(rows.map(() => 'updated'))
    const { product: after } = await shop.shopper.getProduct({ idOrHandle: `${name}-0` })
    expect(after).toMatchObject({ available: false, priceRange: { min: eur(1100) } })
  })
})
