import { once } from 'node:events'
import { type IncomingMessage, request as send } from 'node:http'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { idempotencyHeaders } from '@micromart/contracts'
import { DomainError, systemIds } from '@micromart/kernel'
import { keyUse } from '../src/http/key-use.ts'
import type { Route } from '../src/http/route.ts'
import { table } from '../src/routes/index.ts'
import { aCart, anOrder } from './answers.ts'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const nameOf = ({ method, path }: Route) => `${method.toUpperCase()} ${path}`
const used = (use: string) => table.filter((route) => keyUse(route) === use).map(nameOf)

type Sent = { readonly key?: string; readonly scope?: string; readonly fingerprint?: string }

describe('an Idempotency-Key', () => {
  let shop: TestGateway
  const sent: Sent[] = []
  const item = { sku: 'OIL-S', quantity: 1 }
  const ada = systemIds.next()
  const cartToken = 'c'.repeat(43)

  const note = ({ header }: { header: (name: string) => string | undefined }) => {
    const [key, scope, fingerprint] = [
      header(idempotencyHeaders.key),
      header(idempotencyHeaders.scope),
      header(idempotencyHeaders.fingerprint),
    ]
    sent.push({ ...(key && { key }), ...(scope && { scope }), ...(fingerprint && { fingerprint }) })
  }
  const add = (headers: Record<string, string>, body: object = item) =>
    shop.http
      .post('/v1/cart/items')
      .set({ 'Idempotency-Key': 'k-1', ...headers })
      .send(body)
  const as = (id: string) => ({ Authorization: shop.token(['customer'], id) })

  beforeAll(async () => {
    shop = await startForTest()
    shop.sidecar.answer('cart', 'AddItem', (_request, call) => {
      note(call)
      return { cart: aCart() }
    })
    shop.sidecar.answer('cart', 'SetItem', (_request, call) => {
      note(call)
      return { cart: aCart() }
    })
    shop.sidecar.answer('order', 'CancelOrder', ({ id }, call) => {
      note(call)
      return { order: anOrder({ id }) }
    })
  })
  afterEach(() => {
    sent.length = 0
    shop.sidecar.forget()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  it('is required, accepted and ignored where the contract says so', () => {
    expect(used('required')).toEqual(['POST /v1/orders', 'POST /v1/admin/orders/{id}/refunds'])
    const own = (name: string) => !name.startsWith('GET') && !name.includes('/oauth2/') // forms
    const ignored = used('ignored').filter(own)
    expect(ignored.toSorted()).toEqual([
      'DELETE /v1/me/totp',
      'POST /v1/admin/clients',
      'POST /v1/admin/clients/{id}/secret',
      'POST /v1/admin/products/import',
      'POST /v1/auth/login',
      'POST /v1/auth/logout',
      'POST /v1/auth/password-reset',
      'POST /v1/auth/password-reset/confirm',
      'POST /v1/auth/refresh',
      'POST /v1/auth/register',
      'POST /v1/auth/verify-email',
      'POST /v1/me/password',
      'POST /v1/me/totp',
      'POST /v1/me/totp/confirm',
      'POST /v1/webhooks/{provider}',
    ])
    expect(used('accepted').length).toBeGreaterThan(15)
  })

  it('goes on with whose it is and what it came with', async () => {
    expect((await add(as(ada))).status).toBe(200)
    const hash = expect.stringMatching(/^[0-9a-f]{64}$/)
    expect(sent).toEqual([{ key: 'k-1', scope: hash, fingerprint: hash }])
  })

  it('is the same for the same content, however it is written', async () => {
    await add(as(ada))
    await add(as(ada), { quantity: 1, sku: 'OIL-S' })
    expect(sent[1]).toEqual(sent[0])
  })

  it('has a scope by principal, method and route; a fingerprint by content, too', async () => {
    await add(as(ada))
    await add(as(ada), { ...item, quantity: 2 })
    await add(as(systemIds.next()))
    await add({ 'X-Cart-Token': cartToken })
    await add({ 'X-Cart-Token': 'd'.repeat(43) })
    const patch = (sku: string) =>
      shop.http
        .patch(`/v1/cart/items/${sku}`)
        .set({ ...as(ada), 'Idempotency-Key': 'k-1' })
        .send({ quantity: 1 })
    await patch('A')
    await patch('B')
    expect(sent).toHaveLength(7)
    const scopes = sent.map(({ scope }) => scope)
    expect(scopes[1]).toBe(scopes[0])
    expect(scopes[6]).toBe(scopes[5])
    expect(new Set(scopes).size).toBe(5)
    expect(new Set(sent.map(({ fingerprint }) => fingerprint)).size).toBe(7)
  })

  it("says nothing of a guest's token but its hash", async () => {
    await add({ 'X-Cart-Token': cartToken })
    expect(JSON.stringify(sent)).not.toContain(cartToken)
  })

  it("a guest's order token is the principal of what is done with that order", async () => {
    const id = systemIds.next()
    const cancel = (token: string) =>
      shop.http
        .post(`/v1/orders/${id}/cancel`)
        .set({ 'X-Order-Token': token, 'Idempotency-Key': 'k' })
    await cancel('one')
    await cancel('two')
    expect(sent).toHaveLength(2)
    expect(sent[0]?.scope).not.toBe(sent[1]?.scope)
  })

  it('binds nothing for a stranger without any token: another stranger may use the same', async () => {
    expect((await add({})).status).toBe(200)
    expect(sent).toEqual([{}])
  })

  it.each([
    ['empty', ''],
    ['too long', 'x'.repeat(256)],
    ['not ASCII', 'schl\u00fcssel'],
    ['with a tab', 'a\tb'],
  ])('400 when it is %s, and nobody is called', async (_what, key) => {
    const response = await add({ ...as(ada), 'Idempotency-Key': key })
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([400, 'idempotency_key_invalid'])
    expect(shop.calls()).toEqual([])
  })

  it('400 when there are two of them', async () => {
    const headers = {
      'Content-Type': 'application/json',
      Authorization: shop.token(),
      'Idempotency-Key': ['a', 'b'],
    }
    const request = send(`${shop.origin}/v1/cart/items`, { method: 'POST', headers })
    request.end(JSON.stringify(item))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    response.resume()
    expect(response.statusCode).toBe(400)
    expect(shop.calls()).toEqual([])
  })

  it('takes 255 characters, also with spaces', async () => {
    const key = `a ${'~'.repeat(253)}`
    expect((await add({ ...as(ada), 'Idempotency-Key': key })).status).toBe(200)
    expect(sent[0]?.key).toBe(key)
  })

  it('is not looked at where answers hold secrets', async () => {
    let header: string | undefined = 'unset'
    shop.sidecar.answer('user', 'Login', (_request, call) => {
      header = call.header(idempotencyHeaders.key)
      return { tokens: { accessToken: 'a', refreshToken: 'r', expiresIn: 300 } }
    })
    const response = await shop.http
      .post('/v1/auth/login')
      .set('Idempotency-Key', 'x'.repeat(300))
      .send({ email: 'a@b.de', password: 'p' })
    expect([response.status, header]).toEqual([200, undefined])
  })

  it('binds nothing when the input is bad', async () => {
    expect((await add(as(ada), { sku: 'A', quantity: 0 })).status).toBe(400)
    expect(shop.calls()).toEqual([])
  })

  it('a frozen answer says that it is one', async () => {
    shop.sidecar.answer('cart', 'ClearCart', (_request, call) => {
      call.replay()
      return { cart: aCart() }
    })
    const clear = () => shop.http.delete('/v1/cart').set(as(ada))
    const again = await clear().set('Idempotency-Key', 'k')
    expectDocumented(again)
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true'])
  })

  it('a frozen refusal says that it is one; a plain one does not', async () => {
    let isRepeat = false
    shop.sidecar.answer('cart', 'RemoveItem', (_request, call) => {
      if (isRepeat) call.replay()
      throw new DomainError('precondition', 'out_of_stock', { available: '1' })
    })
    const remove = () =>
      shop.http.delete('/v1/cart/items/A').set({ ...as(ada), 'Idempotency-Key': 'k' })
    expect((await remove()).headers['idempotent-replayed']).toBeUndefined()
    isRepeat = true
    const again = await remove()
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([422, 'true'])
  })

  it.each([
    ['precondition', 'idempotency_mismatch', 422],
    ['conflict', 'idempotency_in_progress', 409],
  ] as const)('%s %s is %i', async (kind, code, status) => {
    await using other = await startForTest()
    other.sidecar.answer('cart', 'AddItem', () => {
      throw new DomainError(kind, code, { retryAfter: '3' })
    })
    const response = await other.http
      .post('/v1/cart/items')
      .set({ Authorization: other.token(), 'Idempotency-Key': 'k' })
      .send(item)
    expectDocumented(response)
    expect([response.status, response.body.code]).toEqual([status, code])
    expect(response.headers['retry-after']).toBe(status === 409 ? '3' : undefined)
  })
})
