import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { readAudit } from '@micromart/testing'
import {
  aDraft,
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

const audited = (filters: Parameters<typeof readAudit>[2]) =>
  readAudit(shop.port, shop.tokenOf('operator'), filters)

const entry = (action: string, object: string, changed: object = {}) => ({
  who: `user ${shop.staffId} merchandiser`,
  action,
  object,
  outcome: 'done',
  before: undefined,
  after: undefined,
  ...changed,
})

it('a product is made, changed and archived by somebody, and the log has the fields that changed', async () => {
  const sku = unique('SKU')
  const draft = { brand: 'Old', variants: [aVariant({ sku })] }
  const { id, title, handle, version } = await createProduct(shop, draft)
  await shop.staff.updateProduct({
    id,
    expectedVersion: version,
    draft: aDraft({
      brand: 'New',
      variants: [aVariant({ sku, price: eur(2_499), stock: undefined })],
    }),
    fields: ['brand', 'variants'],
  })
  await shop.staff.archiveProduct({ id, expectedVersion: 0n })
  await shop.staff.archiveProduct({ id, expectedVersion: 0n }) // changes nothing

  expect(await audited({ objectId: id })).toEqual([
    entry('product.archive', `product ${id}`, {
      before: { status: 'active' },
      after: { status: 'archived' },
    }),
    entry('product.update', `product ${id}`, {
      before: { brand: 'Old', [`${sku}.price`]: 1999 },
      after: { brand: 'New', [`${sku}.price`]: 2499 },
    }),
    entry('product.create', `product ${id}`, {
      after: {
        title,
        handle,
        description: '',
        brand: 'Old',
        status: 'active',
        categories: [],
        tags: [],
        images: [],
        options: [],
        [`${sku}.options`]: [],
        [`${sku}.price`]: 1999,
      },
    }),
  ])
})

it('a category and units of stock have their entries', async () => {
  const { id, title, handle } = await createCategory(shop, unique('Cups'))
  expect(await audited({ objectId: id })).toEqual([
    entry('category.create', `category ${id}`, { after: { title, handle, parentId: null } }),
  ])
  const sku = unique('SKU')
  await createProduct(shop, { variants: [aVariant({ sku, stock: 3n })] })
  await shop.staff.adjustStock({ sku, delta: -3n, reason: 'Anna broke them' })
  expect(await audited({ objectKind: 'stock', objectId: sku })).toEqual([
    entry('stock.adjust', `stock ${sku}`, { before: { onHand: 3 }, after: { onHand: 0 } }),
  ])
})

it('what is refused, or changes nothing, leaves no entry', async () => {
  const sku = unique('SKU')
  const { id, version } = await createProduct(shop, { variants: [aVariant({ sku })] })
  const none = { sku, delta: -11n, reason: '' }
  await expect(shop.staff.adjustStock(none)).rejects.toMatchObject({ code: 'stock_below_held' })
  const taken = aDraft({ variants: [aVariant({ sku })] })
  await expect(shop.staff.createProduct({ draft: taken })).rejects.toMatchObject({
    code: 'sku_taken',
  })
  const same = { id, expectedVersion: version, draft: aDraft({ brand: '' }), fields: ['brand'] }
  await shop.staff.updateProduct(same)
  const entries = [...(await audited({ objectId: id })), ...(await audited({ objectId: sku }))]
  expect(entries.map(({ action }) => action)).toEqual(['product.create'])
})

it('an import has an entry a batch, with the products that it made and changed', async () => {
  const { id, handle, variants } = await createProduct(shop)
  const made = unique('made').toLowerCase()
  const csv = [
    'Handle,Title,Variant SKU,Variant Price,Variant Inventory Qty,Product Category',
    `${handle},Renamed,${variants[0]?.sku},19.99,4,`,
    `${made},Made,${unique('SKU')},5.00,2,`,
  ].join('\n')
  await shop.importCsv(csv, { dryRun: true })
  expect(await audited({ action: 'catalogue.import' })).toEqual([])

  await shop.importCsv(csv, { setStock: true })

  const { product } = await shop.shopper.getProduct({ idOrHandle: made })
  const [stock, products] = await audited({ action: 'catalogue.import' })
  expect(products).toMatchObject({ after: { created: [product?.id], updated: [id] } })
  expect(stock).toMatchObject({
    object: products?.object,
    before: { [variants[0]?.sku ?? '']: 10 },
    after: { [variants[0]?.sku ?? '']: 4 },
  })
})
