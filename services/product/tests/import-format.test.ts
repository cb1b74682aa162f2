import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { ProductStatus } from '@micromart/contracts/product'
import { csv, outcomes, productOf } from './csv-for-test.ts'
import { eur, unique, type Shop, startForTest } from './start-for-test.ts'

let shop: Shop
beforeAll(async () => {
  shop = await startForTest()
})
afterAll(() => shop[Symbol.asyncDispose]())

const product = productOf(() => shop)

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
