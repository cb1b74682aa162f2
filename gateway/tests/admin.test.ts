import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { ProductStatus } from '@micromart/contracts/product'
import { DomainError, systemIds } from '@micromart/kernel'
import { aProduct } from './answers.ts'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const product = aProduct()
const path = `/v1/admin/products/${product.id}`
const draft = { title: 'Tea', variants: [{ sku: 'T-1', price: { amount: 500, currency: 'EUR' } }] }

describe('admin products', () => {
  let shop: TestGateway
  const as = () => ({ Authorization: shop.token(['merchandiser']) })
  const asked = (name: string) => shop.sidecar.recorded(name).map(({ request }) => request)

  beforeAll(async () => {
    shop = await startForTest()
    shop.sidecar.answer('product', 'GetAdminProduct', () => ({ product }))
    shop.sidecar.answer('product', 'CreateProduct', () => ({ product }))
    shop.sidecar.answer('product', 'UpdateProduct', () => ({
      product: { ...product, version: 8n },
    }))
    shop.sidecar.answer('product', 'ArchiveProduct', () => ({}))
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('lists any status', async () => {
    shop.sidecar.answer('product', 'ListAdminProducts', () => ({ items: [product] }))
    const response = await shop.http.get('/v1/admin/products?status=draft&q=tea').set(as())
    expectDocumented(response)
    expect(response.body.items).toHaveLength(1)
    expect(asked('product.ListAdminProducts')).toEqual([
      expect.objectContaining({
        limit: 20,
        filter: expect.objectContaining({ q: 'tea', status: ProductStatus.PRODUCT_STATUS_DRAFT }),
      }),
    ])
  })

  it('creates: only title, variants, sku and price are required', async () => {
    const response = await shop.http.post('/v1/admin/products').set(as()).send(draft)
    expectDocumented(response)
    expect(response.status).toBe(201)
    expect(response.headers['location']).toBe(path)
    expect(response.headers['etag']).toMatch(/^"v7-[\w-]{27}"$/)
    expect(response.body.variants[0]).toMatchObject({
      barcode: '4006381333931',
      weightGrams: 500,
      stock: { onHand: 10, held: 1, available: 9 },
    })
    expect(asked('product.CreateProduct')).toEqual([
      {
        draft: {
          title: 'Tea',
          status: ProductStatus.PRODUCT_STATUS_DRAFT,
          handle: undefined,
          description: '',
          brand: '',
          categories: [],
          tags: [],
          images: [],
          options: [],
          variants: [
            expect.objectContaining({
              sku: 'T-1',
              price: { amount: 500n, currency: 'EUR' },
              stock: undefined,
            }),
          ],
        },
      },
    ])
  })

  it.each([
    ['no variants', { title: 'Tea', variants: [] }, '/variants'],
    ['no title', { variants: draft.variants }, '/title'],
    [
      'a price below 0',
      { ...draft, variants: [{ sku: 'a', price: { amount: -1, currency: 'EUR' } }] },
      '/variants/0/price/amount',
    ],
    [
      'a price above the range',
      { ...draft, variants: [{ sku: 'a', price: { amount: 1_000_000_001, currency: 'EUR' } }] },
      '/variants/0/price/amount',
    ],
    [
      'a price in fractions',
      { ...draft, variants: [{ sku: 'a', price: { amount: 1.5, currency: 'EUR' } }] },
      '/variants/0/price/amount',
    ],
    [
      'stock below 0',
      { ...draft, variants: [{ ...draft.variants[0], stock: -1 }] },
      '/variants/0/stock',
    ],
    ['an unknown status', { ...draft, status: 'gone' }, '/status'],
    ['an id of its own', { ...draft, id: systemIds.next() }, '/id'],
    ['createdAt', { ...draft, createdAt: 'now' }, '/createdAt'],
  ])('S33 refuses %s', async (_what, body, field) => {
    const response = await shop.http.post('/v1/admin/products').set(as()).send(body)
    expectDocumented(response)
    expect([response.status, response.body.errors[0].path]).toEqual([400, field])
    expect(shop.calls()).toEqual([])
  })

  it('reads with an ETag, by handle too', async () => {
    const read = await shop.http.get('/v1/admin/products/olive-oil').set(as())
    expectDocumented(read)
    const etag = String(read.headers['etag'])
    const again = await shop.http.get(path).set({ ...as(), 'If-None-Match': etag })
    expect([again.status, again.text]).toEqual([304, ''])
  })

  it('a sale changes the ETag, and is no reason to refuse a change', async () => {
    const before = await shop.http.get(path).set(as())
    const etag = String(before.headers['etag'])
    const [variant] = product.variants
    const stock = { onHand: 8n, held: 0n, available: 8n }
    const sold = { ...product, variants: [{ ...variant!, stock }] }
    shop.sidecar.answer('product', 'GetAdminProduct', () => ({ product: sold }))
    const read = await shop.http.get(path).set({ ...as(), 'If-None-Match': etag })
    shop.sidecar.answer('product', 'GetAdminProduct', () => ({ product }))
    expect([read.status, read.body.variants[0].stock.onHand]).toEqual([200, 8])
    expect(read.headers['etag']).not.toBe(etag)
    await shop.http
      .patch(path)
      .set({ ...as(), 'If-Match': etag })
      .send({ title: 'Oil' })
    expect(asked('product.UpdateProduct')).toEqual([
      expect.objectContaining({ expectedVersion: 7n }),
    ])
  })

  it('changes what is sent under If-Match', async () => {
    const sent = shop.http.patch(path).set({ ...as(), 'If-Match': '"v7"' })
    const response = await sent.send({ title: 'Better oil', status: 'active' })
    expectDocumented(response)
    expect(response.status).toBe(200)
    expect(response.headers['etag']).toMatch(/^"v8-/)
    expect(asked('product.UpdateProduct')).toEqual([
      expect.objectContaining({
        id: product.id,
        expectedVersion: 7n,
        fields: ['title', 'status'],
        draft: expect.objectContaining({ title: 'Better oil' }),
      }),
    ])
  })

  it.each(['patch', 'delete'] as const)('%s without If-Match is 428', async (method) => {
    const response = await shop.http[method](path)
      .set(as())
      .send(method === 'patch' ? {} : undefined)
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([428, 'if_match_required'])
    expect(shop.calls()).toEqual([])
  })

  it.each(['"v6"', 'W/"v7"', '"other"', '"v6", "v5"'])('If-Match %s is 412', async (ifMatch) => {
    shop.sidecar.answer('product', 'UpdateProduct', ({ expectedVersion }) => {
      if (expectedVersion !== 7n) throw new DomainError('conflict', 'version_changed')
      return { product }
    })
    const sent = shop.http.patch(path).set({ ...as(), 'If-Match': ifMatch })
    const response = await sent.send({ title: 'x' })
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([412, 'version_changed'])
  })

  it.each(['*', '"v3", "v7"', '"v3-a", "v7-b"'])(
    'If-Match %s matches the present version',
    async (ifMatch) => {
      const response = await shop.http.delete(path).set({ ...as(), 'If-Match': ifMatch })
      expect(response.status).toBe(204)
      expect(asked('product.ArchiveProduct')).toEqual([{ id: product.id, expectedVersion: 7n }])
    },
  )

  it('taken names are 409', async () => {
    shop.sidecar.answer('product', 'CreateProduct', () => {
      throw new DomainError('already_exists', 'sku_taken', { sku: 'T-1' })
    })
    const response = await shop.http.post('/v1/admin/products').set(as()).send(draft)
    expectDocumented(response)
    expect(response.body).toMatchObject({ status: 409, code: 'sku_taken', params: { sku: 'T-1' } })
  })

  it('keeps categories', async () => {
    const category = {
      id: systemIds.next(),
      handle: 'tea',
      title: 'Tea',
      position: 1,
      children: [],
    }
    shop.sidecar.answer('product', 'CreateCategory', () => ({ category }))
    shop.sidecar.answer('product', 'ListCategories', () => ({ items: [category] }))
    const made = await shop.http.post('/v1/admin/categories').set(as()).send({ title: 'Tea' })
    const tree = await shop.http.get('/v1/admin/categories').set(as())
    const shown = await shop.http.get('/v1/categories')
    for (const response of [made, tree, shown]) expectDocumented(response)
    expect(made.status).toBe(201)
    expect(tree.body).toEqual({
      items: [{ id: category.id, handle: 'tea', title: 'Tea', children: [] }],
      nextCursor: null,
    })
    expect(shown.body).toEqual(tree.body)
  })

  it('reads and moves stock', async () => {
    const ledger = {
      sku: 'T-1',
      stock: { onHand: 5n, held: 2n, available: 3n },
      movements: [
        {
          id: systemIds.next(),
          at: new Date('2026-01-31T12:00:00Z'),
          delta: -2n,
          kind: 'sale',
          reason: '',
          orderId: systemIds.next(),
        },
      ],
    }
    shop.sidecar.answer('product', 'GetStock', () => ledger)
    shop.sidecar.answer('product', 'AdjustStock', () => ledger)
    const read = await shop.http.get('/v1/admin/stock/T-1').set(as())
    const moved = await shop.http
      .post('/v1/admin/stock/T-1')
      .set(as())
      .send({ delta: -3, reason: 'broken' })
    for (const response of [read, moved]) expectDocumented(response)
    expect(read.body).toMatchObject({ sku: 'T-1', onHand: 5, held: 2, available: 3 })
    const unchanged = { 'If-None-Match': String(read.headers['etag']) }
    const again = await shop.http.get('/v1/admin/stock/T-1').set({ ...as(), ...unchanged })
    expect([again.status, again.text]).toEqual([304, ''])
    expect(asked('product.AdjustStock')).toEqual([{ sku: 'T-1', delta: -3n, reason: 'broken' }])
    const far = await shop.http
      .post('/v1/admin/stock/T-1')
      .set(as())
      .send({ delta: 1_000_001, reason: 'x' })
    expect([far.status, far.body.errors[0].path]).toEqual([400, '/delta'])
  })
})
