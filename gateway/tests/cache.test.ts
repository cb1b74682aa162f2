import { afterEach, beforeEach, describe, expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { eventually } from '@micromart/testing'
import { aProduct } from './answers.ts'
import { startForTest, type TestGateway } from './start.ts'

describe('catalogue answers that are kept', () => {
  let shop: TestGateway
  let title: string
  let changes: { productId: string; handle: string }[]
  const product = aProduct({ handle: 'tea' })
  const asked = (name: string) => shop.sidecar.recorded(name).length
  const titleNow = async () => (await shop.http.get('/v1/products/tea')).body.title as string

  beforeEach(async () => {
    shop = await startForTest()
    title = 'Tea'
    changes = []
    shop.sidecar.answer('product', 'GetProduct', () => ({ product: { ...product, title } }))
    shop.sidecar.answer('product', 'ListProducts', () => ({ items: [] }))
    shop.sidecar.answer('product', 'ChangesSince', ({ cursor }) => ({
      cursor: '1',
      changes: cursor === '' ? [] : changes.splice(0),
      reset: false,
    }))
    // The first answer about changes must be there before anything is kept.
    await eventually(() => expect(asked('product.ChangesSince')).toBeGreaterThan(0))
  })
  afterEach(() => shop[Symbol.asyncDispose]())

  it('are asked for once, also by many at a time and by other spellings of a query', async () => {
    await Promise.all(Array.from({ length: 20 }, titleNow))
    expect(await titleNow()).toBe('Tea')
    expect(asked('product.GetProduct')).toBe(1)
    await shop.http.get('/v1/products?sort=title&limit=20&utm=1')
    await shop.http.get('/v1/products?limit=20&sort=title')
    await shop.http.get('/v1/products?sort=title')
    expect(asked('product.ListProducts')).toBe(1)
  })

  it('go as soon as a change names them, and lists with any change', async () => {
    await titleNow()
    await shop.http.get('/v1/products')
    title = 'Green tea'
    changes.push({ productId: product.id, handle: 'tea' })
    await eventually(async () => expect(await titleNow()).toBe('Green tea'), { withinMs: 2_000 })
    await shop.http.get('/v1/products')
    expect(asked('product.ListProducts')).toBe(2)
  })

  it('stay when another product changed', async () => {
    await titleNow()
    changes.push({ productId: 'other', handle: 'other' })
    const before = asked('product.ChangesSince')
    await eventually(() => expect(asked('product.ChangesSince')).toBeGreaterThan(before + 1))
    await titleNow()
    expect(asked('product.GetProduct')).toBe(1)
  })

  it('are not served when changes have not been known for 2 s', async () => {
    await titleNow()
    shop.sidecar.answer('product', 'ChangesSince', () => {
      throw new DomainError('unavailable', 'database_unavailable')
    })
    title = 'Changed unseen'
    await eventually(async () => expect(await titleNow()).toBe('Changed unseen'))
  })

  it('a product that was absent is seen within 2 s', async () => {
    shop.sidecar.answer('product', 'GetProduct', () => {
      throw new DomainError('not_found', 'product_not_found')
    })
    expect((await shop.http.get('/v1/products/tea')).status).toBe(404)
    shop.sidecar.answer('product', 'GetProduct', () => ({ product }))
    const seen = async () => expect((await shop.http.get('/v1/products/tea')).status).toBe(200)
    await eventually(seen, { withinMs: 2_100 })
  })

  it('an outage is answered with 503 and not kept', async () => {
    shop.sidecar.answer('product', 'GetProduct', () => {
      throw new DomainError('unavailable', 'database_unavailable')
    })
    const { status, headers } = await shop.http.get('/v1/products/tea')
    expect([status, headers['retry-after']]).toEqual([503, '2'])
    shop.sidecar.answer('product', 'GetProduct', () => ({ product }))
    expect((await shop.http.get('/v1/products/tea')).status).toBe(200)
  })

  it('say nothing personal and tell caches to ask each time', async () => {
    const { headers } = await shop.http.get('/v1/products').set('Authorization', shop.token())
    expect(headers['cache-control']).toBe('public, no-cache')
    expect(headers['set-cookie']).toBeUndefined()
    expect(shop.sidecar.recorded('product.ListProducts')[0]?.token).toBeUndefined()
  })
})
