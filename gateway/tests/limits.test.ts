import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { eventually, freePort } from '@micromart/testing'
import { aCart, anOrder } from './answers.ts'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const env = {
  TRUSTED_PROXIES: '127.0.0.1',
  RATE_READS_PER_MINUTE: '3',
  RATE_LOGINS_PER_MINUTE: '4',
  RATE_WRITES_PER_MINUTE: '4',
  RATE_CHECKOUTS_PER_MINUTE: '2',
  RATE_TOKENS_PER_MINUTE: '3',
}

const guestOrder = {
  payment: { method: 'card', token: 'tok_ok' },
  shippingAddress: {
    name: 'Ada',
    line1: 'Street 1',
    city: 'Bonn',
    postalCode: '53111',
    country: 'DE',
  },
}

/** An address that no other test and no earlier run has used. */
const group = (): string => Math.floor(Math.random() * 0xffff).toString(16)
const anAddress = (): string => `2001:db8:${group()}:${group()}::1`

const from = (address: string) => ({ 'X-Forwarded-For': address })
const statuses = async (times: number, send: () => PromiseLike<{ status: number }>) => {
  const found = []
  for (let sent = 0; sent < times; sent += 1) found.push((await send()).status)
  return found
}

const login = (gateway: TestGateway, address: string, email = `${randomUUID()}@example.com`) =>
  gateway.http.post('/v1/auth/login').set(from(address)).send({ email, password: 'x' })

describe('S48 rate limits', () => {
  let shop: TestGateway
  let replica: TestGateway
  beforeAll(async () => {
    shop = await startForTest({ env })
    replica = await startForTest({ env })
    for (const { sidecar } of [shop, replica]) {
      sidecar.answer('user', 'Login', () => ({
        tokens: { accessToken: 'a', refreshToken: 'r', expiresIn: 300 },
      }))
      sidecar.answer('user', 'Serve', () => ({ status: 200, headers: [], body: Buffer.alloc(0) }))
      sidecar.answer('cart', 'AddItem', () => ({ cart: aCart() }))
      sidecar.answer('product', 'ListProducts', () => ({ items: [] }))
      sidecar.answer('order', 'PlaceOrder', () => ({ order: anOrder(), replayed: false }))
    }
  })
  afterAll(async () => {
    await shop[Symbol.asyncDispose]()
    await replica[Symbol.asyncDispose]()
  })

  it('logins of one address are counted by all replicas together', async () => {
    const address = anAddress()
    expect(await statuses(2, () => login(shop, address))).toEqual([200, 200])
    expect(await statuses(2, () => login(replica, address))).toEqual([200, 200])
    const refused = await login(shop, address)
    expectDocumented(refused)
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited'])
    expect(refused.headers['retry-after']).toMatch(/^(1[0-5]|[1-9])$/)
    expect(refused.headers['ratelimit-policy']).toBe('"auth";q=4;w=60')
    expect(refused.headers['ratelimit']).toMatch(/^"auth";r=0;t=\d+$/)
    expect((await login(shop, anAddress())).status).toBe(200)
  })

  it('those on the pages of the authorization server count with them, tokens for themselves', async () => {
    const address = anAddress()
    const send = (path: string) => shop.http.post(path).set(from(address)).type('form').send('a=b')
    const page = `/oauth2/interaction/${'u'.repeat(40)}`
    expect(await statuses(2, () => login(shop, address))).toEqual([200, 200])
    expect((await send(`${page}/login`)).status).toBe(200)
    expect((await send(`${page}/code`)).status).toBe(200)
    expect((await send(`${page}/login`)).status).toBe(429)
    expect((await login(replica, address)).status).toBe(429)
    expect(await statuses(4, () => send('/oauth2/token'))).toEqual([200, 200, 200, 429])
  })

  it('a neighbour in the same /64 is the same address', async () => {
    const address = anAddress()
    await statuses(4, () => login(shop, address))
    expect((await login(shop, address.replace('::1', '::2'))).status).toBe(429)
  })

  it('a stranger who names an account does not use up the logins of its owner', async () => {
    const email = `${randomUUID()}@Example.com`
    const stranger = anAddress()
    const attempts = await statuses(5, () => login(shop, stranger, email))
    expect(attempts).toEqual([200, 200, 200, 200, 429])
    expect((await login(shop, anAddress(), email.toLowerCase())).status).toBe(200)
  })

  it('S7 resets are counted like logins, with them, before any work', async () => {
    shop.sidecar.answer('user', 'RequestPasswordReset', () => ({}))
    const [address, email] = [anAddress(), `${randomUUID()}@example.com`]
    const reset = () => shop.http.post('/v1/auth/password-reset').set(from(address)).send({ email })
    expect(await statuses(3, reset)).toEqual([202, 202, 202])
    expect((await login(shop, address, email)).status).toBe(200)
    shop.sidecar.forget()
    expect(await statuses(2, reset)).toEqual([429, 429])
    expect(shop.calls()).toEqual([])
  })

  it('S72 after twice the throttle of a minute a correct login succeeds within five seconds', async () => {
    // production's own throttle: 20 a minute
    await using production = await startForTest({
      env: { TRUSTED_PROXIES: '127.0.0.1', RATE_LOGINS_PER_MINUTE: '20' },
    })
    production.sidecar.answer('user', 'Login', () => {
      throw new DomainError('unauthenticated', 'credentials_wrong')
    })
    const [address, email] = [anAddress(), `${randomUUID()}@example.com`]
    const flood = await statuses(40, () => login(production, address, email))
    expect(flood.filter((status) => status === 401)).toHaveLength(20)
    expect(flood.filter((status) => status === 429)).toHaveLength(20)

    production.sidecar.answer('user', 'Login', () => ({
      tokens: { accessToken: 'a', refreshToken: 'r', expiresIn: 300 },
    }))
    const { headers } = await login(production, address, email)
    expect(Number(headers['retry-after'])).toBeLessThanOrEqual(5)
    await eventually(async () => {
      expect((await login(production, address, email)).status).toBe(200)
    })
  })

  it("orders that name an account's e-mail do not use up its checkouts", async () => {
    const order = (address: string) =>
      shop.http
        .post('/v1/orders')
        .set({ ...from(address), 'Idempotency-Key': randomUUID() })
        .send({ ...guestOrder, email })
    const email = `${randomUUID()}@example.com`
    expect(await statuses(3, () => order(anAddress()))).toEqual([201, 201, 201])
  })

  it('a token counts from all addresses together', async () => {
    const token = shop.token(['customer'], randomUUID())
    const add = () =>
      shop.http
        .post('/v1/cart/items')
        .set({ ...from(anAddress()), Authorization: token })
        .send({ sku: 'A', quantity: 1 })
    expect(await statuses(5, add)).toEqual([200, 200, 200, 200, 429])
  })

  it('what is refused to an account costs its address nothing', async () => {
    const add = (token: string, address: string) =>
      shop.http
        .post('/v1/cart/items')
        .set({ ...from(address), Authorization: token })
        .send({ sku: 'A', quantity: 1 })
    const [busy, other] = [randomUUID(), randomUUID()].map((id) => shop.token(['customer'], id))
    const address = anAddress()
    await statuses(4, () => add(busy ?? '', anAddress()))
    expect(await statuses(4, () => add(busy ?? '', address))).toEqual([429, 429, 429, 429])
    expect(await statuses(4, () => add(other ?? '', address))).toEqual([200, 200, 200, 200])
  })

  it('is refused before the work: no call', async () => {
    const address = anAddress()
    await statuses(4, () => login(shop, address))
    shop.sidecar.forget()
    expect((await login(shop, address)).status).toBe(429)
    expect(shop.calls()).toEqual([])
  })

  it('writes and reads have budgets of their own', async () => {
    const address = anAddress()
    const add = () =>
      shop.http.post('/v1/cart/items').set(from(address)).send({ sku: 'A', quantity: 1 })
    expect(await statuses(5, add)).toEqual([200, 200, 200, 200, 429])
    const read = () => shop.http.get('/v1/products').set(from(address))
    expect(await statuses(4, read)).toEqual([200, 200, 200, 429])
    expect((await shop.http.get('/livez').set(from(address))).status).toBe(200)
  })

  it('a header of a client that no proxy of ours wrote does not choose the address', async () => {
    await using direct = await startForTest({ env: { RATE_READS_PER_MINUTE: '2' } })
    direct.sidecar.answer('product', 'ListProducts', () => ({ items: [] }))
    const read = () => direct.http.get('/v1/products').set(from(anAddress()))
    expect(await statuses(3, read)).toEqual([200, 200, 429])
  })

  it('without Redis one can browse and buy, and not log in', async () => {
    const redisUrl = `redis://127.0.0.1:${await freePort()}`
    await using alone = await startForTest({ redisUrl, env: { RATE_WRITES_PER_MINUTE: '2' } })
    alone.sidecar.answer('product', 'ListProducts', () => ({ items: [] }))
    alone.sidecar.answer('cart', 'AddItem', () => ({ cart: aCart() }))
    expect((await alone.http.get('/v1/products')).status).toBe(200)
    const add = () => alone.http.post('/v1/cart/items').send({ sku: 'A', quantity: 1 })
    expect(await statuses(3, add)).toEqual([200, 200, 429])
    const refused = await login(alone, '192.0.2.1')
    expectDocumented(refused)
    expect([refused.status, refused.body.code]).toEqual([503, 'limiter_unavailable'])
    expect(refused.headers['retry-after']).toBe('2')
    expect(alone.calls()).not.toContain('user.Login')
  })
})
