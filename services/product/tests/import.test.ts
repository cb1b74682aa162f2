import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ProductStatus } from '@micromart/contracts/product'
import { systemIds } from '@micromart/kernel'
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

type Report = Awaited<ReturnType<Shop['importCsv']>>

/** What the report says, in short: `2 created`, `3 failed price_invalid`. */
const outcomes = ({ rows }: Report) =>
  rows.map(({ line, outcome, code }) => [`${line}`, outcome, code].filter(Boolean).join(' '))

const product = async (idOrHandle: string) =>
  (await shop.staff.getAdminProduct({ idOrHandle })).product!

const header =
  'Handle,Title,Body (HTML),Vendor,Type,Tags,Published,Option1 Name,Option1 Value,Variant SKU,Variant Grams,Variant Inventory Qty,Variant Price,Variant Compare At Price,Variant Barcode,Image Src,Image Position,Image Alt Text,Variant Image,Status'

/** A file of rows given by column name. */
const csv = (...rows: Record<string, string>[]): string => {
  const names = header.split(',')
  const lines = rows.map((row) =>
    names.map((name) => `"${(row[name] ?? '').replaceAll('"', '""')}"`).join(','),
  )
  return [header, ...lines, ''].join('\n')
}

const mug = (handle: string, over: Record<string, string> = {}) => ({
  Handle: handle,
  Title: 'Mug',
  'Variant SKU': `${handle}-1`,
  'Variant Price': '9.90',
  'Variant Inventory Qty': '5',
  ...over,
})

describe('an import', () => {
  it('makes products with variants, pictures, category and stock of a file in the older format', async () => {
    const handle = unique('tee').toLowerCase()
    const report = await shop.importCsv(
      csv(
        {
          Handle: handle,
          Title: 'Tee',
          'Body (HTML)': '<p onclick="x()">Soft,\n"organic"</p><script>x</script>',
          Vendor: 'Acme',
          Type: 'Clothes > Shirts',
          Tags: 'soft, organic, ',
          Published: 'true',
          'Option1 Name': 'Size',
          'Option1 Value': 'S',
          'Variant SKU': `${handle}-s`,
          'Variant Grams': '120.0',
          'Variant Inventory Qty': '3',
          'Variant Price': '19.99',
          'Variant Compare At Price': '24,99',
          'Variant Barcode': '123',
          'Image Src': 'https://example.com/2.png',
          'Image Position': '2',
          'Image Alt Text': 'Back',
          'Variant Image': '/images/s.svg',
          Status: 'active',
        },
        {
          Handle: handle,
          'Option1 Value': 'M',
          'Variant SKU': `${handle}-m`,
          'Variant Price': '21',
          'Image Src': 'https://example.com/1.png',
          'Image Position': '1',
          'Image Alt Text': 'Front',
        },
        { Handle: handle, 'Image Src': 'https://example.com/3.png', 'Image Position': '3' },
      ),
    )
    expect(outcomes(report)).toEqual(['2 created', '4 created', '5 created'])
    expect(report.summary).toEqual({ created: 3n, updated: 0n, unchanged: 0n, failed: 0n })
    const tee = await product(handle)
    expect(tee).toMatchObject({
      handle,
      title: 'Tee',
      description: '<p>Soft,\n"organic"</p>',
      brand: 'Acme',
      status: ProductStatus.PRODUCT_STATUS_ACTIVE,
      categories: [{ handle: 'shirts', title: 'Shirts' }],
      tags: ['soft', 'organic'],
      images: [
        { url: 'https://example.com/1.png', alt: 'Front' },
        { url: 'https://example.com/2.png', alt: 'Back' },
        { url: 'https://example.com/3.png', alt: '' },
      ],
      options: [{ name: 'Size', values: ['S', 'M'] }],
    })
    expect(tee.variants).toEqual([
      {
        id: expect.any(String),
        sku: `${handle}-s`,
        title: 'S',
        options: [{ name: 'Size', value: 'S' }],
        price: eur(1999),
        compareAtPrice: eur(2499),
        available: true,
        image: '/images/s.svg',
        barcode: '123',
        weightGrams: 120n,
        stock: { onHand: 3n, held: 0n, available: 3n },
      },
      expect.objectContaining({ sku: `${handle}-m`, price: eur(2100), available: false }),
    ])
    const { movements } = await shop.staff.getStock({ sku: `${handle}-s` })
    expect(movements.map(({ kind, delta }) => [kind, delta])).toEqual([['import', 3n]])
    const { items } = await shop.shopper.listCategories({})
    expect(items.find(({ handle: of }) => of === 'clothes')).toMatchObject({
      title: 'Clothes',
      children: [{ handle: 'shirts' }],
    })
  })

  it('reads the newer format, with a BOM, semicolons, CRLF and quoted newlines, at the right lines', async () => {
    const handle = unique('jar').toLowerCase()
    const file = [
      'Title;URL handle;Description;Vendor;Product category;Type;Tags;Published on online store;Status;SKU;Barcode;Option1 name;Option1 value;Price;Compare-at price;Inventory quantity;Weight value (grams);Product image URL;Image position;Image alt text;Variant image URL;Gift card',
      `Jar;${handle};"<p>One`,
      `two</p>";Acme;Home & Garden > Kitchen > Jars;;glass;TRUE;active;${handle}-a;;Size;"1 ""l""";"1.299,00";;7;350;https://example.com/a.png;1;Jar;;FALSE`,
      '',
      `;${handle};;;;;;;;${handle}-b;;;2 l;19,99;;;;;;;;`,
      `;${handle};;;;;;;;;;;;;;;;https://example.com/b.png;2;;;`,
    ].join('\r\n')
    const report = await shop.importCsv(Buffer.from(`\ufeff${file}`))
    expect(outcomes(report)).toEqual(['2 created', '5 created', '6 created'])
    expect(await product(handle)).toMatchObject({
      title: 'Jar',
      description: '<p>One\ntwo</p>',
      categories: [{ handle: 'jars' }],
      options: [{ name: 'Size', values: ['1 "l"', '2 l'] }],
      variants: [
        { price: eur(129_900), weightGrams: 350n, stock: { onHand: 7n } },
        { price: eur(1999), stock: { onHand: 0n } },
      ],
      images: [{ url: 'https://example.com/a.png' }, { url: 'https://example.com/b.png' }],
    })
  })

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

  it.each([
    ['an empty file', '', 'csv_empty'],
    ['a file of blank lines', '\n\n', 'csv_empty'],
    ['other columns', 'a,b\n1,2\n', 'csv_columns_missing'],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0, 1, 2, 3]), 'csv_columns_missing'],
  ])('refuses %s', async (_what, file, code) => {
    await expect(shop.importCsv(file)).rejects.toMatchObject({
      details: expect.stringContaining(code),
    })
  })

  it('is for merchandisers only', async () => {
    await expect(shop.importCsv('x', {}, shop.tokenOf('customer'))).rejects.toMatchObject({
      code: 7,
    })
  })
})

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
