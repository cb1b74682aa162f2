import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { aCart } from './answers.ts'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const token = 'a'.repeat(43)
const other = 'b'.repeat(43)
const minted = 'm'.repeat(43)
const item = { sku: 'OIL-S', quantity: 2 }

describe('the cart', () => {
  let shop: TestGateway

  beforeAll(async () => {
    shop = await startForTest()
    const cart = aCart()
    shop.sidecar.answer('cart', 'GetCart', () => ({ cart }))
    shop.sidecar.answer('cart', 'AddItem', ({ cartToken }) => ({
      cart,
      cartToken: cartToken === token ? undefined : minted,
    }))
    shop.sidecar.answer('cart', 'SetItem', () => ({ cart }))
    shop.sidecar.answer('cart', 'RemoveItem', () => ({ cart }))
    shop.sidecar.answer('cart', 'ClearCart', () => ({ cart: aCart({ items: [], version: '' }) }))
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  const askedWith = (name: string) => shop.sidecar.recorded(name)[0]?.request

  it('of nobody is empty, and nothing is minted by reading', async () => {
    shop.sidecar.answer('cart', 'GetCart', () => ({
      cart: { items: [], subtotal: { amount: 0n, currency: 'EUR' }, version: '' },
    }))
    const response = await shop.http.get('/v1/cart')
    expectDocumented(response)
    expect([response.status, response.body]).toEqual([
      200,
      { items: [], subtotal: { amount: 0, currency: 'EUR' }, version: null },
    ])
    expect(response.headers['x-cart-token']).toBeUndefined()
    expect(response.headers['set-cookie']).toBeUndefined()
    shop.sidecar.answer('cart', 'GetCart', () => ({ cart: aCart() }))
  })

  it('S51 the first write mints a token: header and HttpOnly cookie', async () => {
    const response = await shop.http.post('/v1/cart/items').send(item)
    expectDocumented(response)
    expect(response.status).toBe(200)
    expect(response.headers['x-cart-token']).toBe(minted)
    expect(response.headers['set-cookie']).toEqual([
      `mm_cart=${minted}; Max-Age=2592000; Path=/; HttpOnly; SameSite=Lax`,
    ])
    expect(response.headers['cache-control']).toBe('no-store')
    expect(askedWith('cart.AddItem')).toEqual({ cartToken: undefined, ...item })
  })

  it('the header beats the cookie, and is said again', async () => {
    const response = await shop.http
      .post('/v1/cart/items')
      .set({ 'X-Cart-Token': token, Cookie: `mm_cart=${other}` })
      .send(item)
    expect(askedWith('cart.AddItem')).toEqual({ cartToken: token, ...item })
    expect(response.headers['x-cart-token']).toBe(token)
    expect(response.headers['set-cookie']).toBeUndefined()
  })

  it('the cookie alone names the cart, and is not shown to scripts', async () => {
    const sent = shop.http.post('/v1/cart/items').set('Cookie', `mm_cart=${token}`)
    const response = await sent.send(item)
    expect(askedWith('cart.AddItem')).toEqual({ cartToken: token, ...item })
    expect(response.headers['x-cart-token']).toBeUndefined()
  })

  it('S51 another site cannot use the cookie', async () => {
    const sent = { Cookie: `mm_cart=${token}`, 'Sec-Fetch-Site': 'cross-site' }
    await shop.http.get('/v1/cart').set(sent)
    expect(askedWith('cart.GetCart')).toEqual({ cartToken: undefined })
    const form = await shop.http
      .post('/v1/cart/items')
      .set('Cookie', `mm_cart=${token}`)
      .type('form')
      .send(item)
    expect(form.status).toBe(415)
  })

  it('an ill-formed token counts as none', async () => {
    for (const bad of ['short', 'x'.repeat(129), 'with space', '../../etc/passwd']) {
      await shop.http.get('/v1/cart').set('X-Cart-Token', bad)
    }
    expect(shop.sidecar.recorded('cart.GetCart').map(({ request }) => request)).toEqual(
      Array.from({ length: 4 }, () => ({ cartToken: undefined })),
    )
  })

  it("a member's cart is named by the user's token alone", async () => {
    const sent = { Authorization: shop.token(), 'X-Cart-Token': token, Cookie: `mm_cart=${token}` }
    const response = await shop.http.post('/v1/cart/items').set(sent).send(item)
    const [call] = shop.sidecar.recorded('cart.AddItem')
    expect(call?.request).toEqual({ cartToken: undefined, ...item })
    expect(`Bearer ${call?.token}`).toBe(sent.Authorization)
    expect(response.status).toBe(200)
  })

  it('sets, removes and clears', async () => {
    const set = await shop.http
      .patch('/v1/cart/items/OIL%2FS')
      .set('X-Cart-Token', token)
      .send({ quantity: 0 })
    const removed = await shop.http.delete('/v1/cart/items/OIL-S').set('X-Cart-Token', token)
    const cleared = await shop.http.delete('/v1/cart').set('X-Cart-Token', token)
    for (const response of [set, removed, cleared]) expectDocumented(response)
    expect([set.status, removed.status, cleared.status]).toEqual([200, 200, 200])
    expect(askedWith('cart.SetItem')).toEqual({ cartToken: token, sku: 'OIL/S', quantity: 0 })
    expect(askedWith('cart.RemoveItem')).toEqual({ cartToken: token, sku: 'OIL-S' })
    expect(cleared.body).toMatchObject({ items: [], version: null })
  })

  it('an unknown token is not said back', async () => {
    const none = { cart: aCart({ items: [], version: '' }) }
    shop.sidecar.answer('cart', 'ClearCart', () => none)
    shop.sidecar.answer('cart', 'RemoveItem', () => none)
    const removed = await shop.http.delete('/v1/cart/items/OIL-S').set('X-Cart-Token', other)
    const cleared = await shop.http.delete('/v1/cart').set('X-Cart-Token', other)
    for (const { status, headers } of [removed, cleared]) {
      expect([status, headers['x-cart-token'], headers['set-cookie']]).toEqual([
        200,
        undefined,
        undefined,
      ])
    }
  })

  it.each([0, 100, -1, 1.5, '2', null, 1e9])('refuses a quantity of %p', async (quantity) => {
    const { status, body } = await shop.http.post('/v1/cart/items').send({ sku: 'A', quantity })
    expect([status, body.errors[0].path]).toEqual([400, '/quantity'])
    expect(shop.calls()).toEqual([])
  })

  it('a sku is at most as long as product keeps them', async () => {
    const add = (sku: string) => shop.http.post('/v1/cart/items').send({ sku, quantity: 1 })
    expect((await add('x'.repeat(100))).status).toBe(200)
    const { status, body } = await add('x'.repeat(101))
    expect([status, body.errors[0].path]).toEqual([400, '/sku'])
  })

  it('more than is there is 422 with what is available', async () => {
    shop.sidecar.answer('cart', 'AddItem', () => {
      throw new DomainError('precondition', 'out_of_stock', { sku: 'OIL-S', available: '3' })
    })
    const response = await shop.http.post('/v1/cart/items').send(item)
    expectDocumented(response)
    expect(response.status).toBe(422)
    expect(response.body).toMatchObject({
      code: 'out_of_stock',
      params: { sku: 'OIL-S', available: 3 },
    })
  })

  it('S51 over HTTPS, by the word of a trusted proxy, the cookie is bound to the host', async () => {
    await using behind = await startForTest({ env: { TRUSTED_PROXIES: '127.0.0.1' } })
    behind.sidecar.answer('cart', 'AddItem', () => ({ cart: aCart(), cartToken: minted }))
    const { headers } = await behind.http
      .post('/v1/cart/items')
      .set({ 'X-Forwarded-Proto': 'https', Cookie: `mm_cart=${other}; __Host-mm_cart=${token}` })
      .send(item)
    expect(headers['set-cookie']).toEqual([
      `__Host-mm_cart=${minted}; Max-Age=2592000; Path=/; HttpOnly; Secure; SameSite=Lax`,
    ])
    expect(headers['strict-transport-security']).toContain('max-age=31536000')
    expect(behind.sidecar.recorded('cart.AddItem')[0]?.request).toMatchObject({ cartToken: token })
  })
})
