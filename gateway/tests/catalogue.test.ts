import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { aProduct } from './answers.ts'
import { startForTest, type TestGateway } from './start.ts'

describe('the catalogue', () => {
  let shop: TestGateway

  beforeAll(async () => {
    shop = await startForTest()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  it('answers a product with its variants, availability as a boolean', async () => {
    const product = aProduct({ handle: 'green-tea' })
    shop.sidecar.answer('product', 'GetProduct', () => ({ product }))

    const { status, body, headers } = await shop.http.get('/v1/products/green-tea')

    expect(status).toBe(200)
    expect(headers['etag']).toMatch(/^"[\w-]{27}"$/)
    expect(headers['cache-control']).toBe('public, no-cache')
    expect(body).toEqual({
      id: product.id,
      handle: 'green-tea',
      title: 'Olive oil',
      description: '<p>Good</p>',
      brand: 'Oliva',
      status: 'active',
      categories: [{ handle: 'oils', title: 'Oils' }],
      tags: ['oil'],
      images: [{ url: '/images/olive-oil.svg', alt: 'A bottle' }],
      options: [{ name: 'Size', values: ['S'] }],
      variants: [
        {
          id: product.variants[0]?.id,
          sku: 'OIL-S',
          title: 'S',
          options: [{ name: 'Size', value: 'S' }],
          price: { amount: 1999, currency: 'EUR' },
          compareAtPrice: null,
          available: true,
          image: null,
        },
      ],
      priceRange: {
        min: { amount: 1999, currency: 'EUR' },
        max: { amount: 1999, currency: 'EUR' },
      },
      available: true,
      createdAt: '2026-01-31T12:00:00.000Z',
      updatedAt: '2026-01-31T12:00:00.000Z',
    })
  })

  it('answers 304 to who holds the present ETag', async () => {
    const product = aProduct() // the same however often the gateway asks
    shop.sidecar.answer('product', 'GetProduct', () => ({ product }))
    const first = await shop.http.get('/v1/products/known')
    const again = await shop.http
      .get('/v1/products/known')
      .set('If-None-Match', String(first.headers['etag']))

    expect(again.status).toBe(304)
    expect(again.text).toBe('')
    expect(again.headers['etag']).toBe(first.headers['etag'])
  })

  it('answers 404 as a problem for an absent product and for a name of the wrong form', async () => {
    shop.sidecar.answer('product', 'GetProduct', () => {
      throw new DomainError('not_found', 'product_not_found')
    })
    for (const name of ['absent', '..%2fadmin', 'a%00b', 'x'.repeat(300)]) {
      const { status, body, headers } = await shop.http.get(`/v1/products/${name}`)
      expect(status).toBe(404)
      expect(headers['content-type']).toBe('application/problem+json; charset=utf-8')
      expect(body).toMatchObject({ status: 404, instance: `/v1/products/${name}` })
    }
  })

  it('passes filters, sort and paging on, and answers a page', async () => {
    const asked: unknown[] = []
    shop.sidecar.answer('product', 'ListProducts', (request) => {
      asked.push(request)
      return { items: [], nextCursor: 'next', facets: [] }
    })
    const query = 'q=tea&minPrice=100&maxPrice=900&inStock=true&sort=-price&limit=5&facets=true'
    const { status, body } = await shop.http.get(`/v1/products?${query}`)

    expect(status).toBe(200)
    expect(body).toEqual({ items: [], nextCursor: 'next', facets: [] })
    expect(asked).toEqual([
      expect.objectContaining({
        sort: 4,
        limit: 5,
        facets: true,
        filter: expect.objectContaining({
          q: 'tea',
          minPrice: 100n,
          maxPrice: 900n,
          inStock: true,
        }),
      }),
    ])
  })

  it('S44 S45 refuses bad queries with the path of each bad field', async () => {
    const bad: [string, string, string?][] = [
      ['limit=0', 'validation_failed', '/limit'],
      ['limit=101', 'validation_failed', '/limit'],
      ['limit=1e1', 'validation_failed', '/limit'],
      ['sort=stock', 'validation_failed', '/sort'],
      ['inStock=yes', 'validation_failed', '/inStock'],
      ['q=%zz', 'url_malformed'],
      ['q=a%00b', 'url_malformed'],
      ['limit=1&limit=2', 'query_repeated'],
    ]
    for (const [query, code, path] of bad) {
      const { status, body } = await shop.http.get(`/v1/products?${query}`)
      expect([query, status, body.code]).toEqual([query, 400, code])
      if (path) expect(body.errors).toEqual([expect.objectContaining({ path })])
    }
  })
})
