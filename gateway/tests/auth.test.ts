import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { aCart } from './answers.ts'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const guestToken = 'g'.repeat(43)
const user = {
  id: '019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90',
  email: 'ada@example.com',
  name: 'Ada',
  roles: ['customer'],
  createdAt: new Date('2026-01-31T12:00:00.000Z'),
}
const stored = { ...user, emailVerified: false }
const tokens = { accessToken: 'access', refreshToken: 'refresh', expiresIn: 300 }
const credentials = { email: 'ada@example.com', password: 'correct horse battery' }

describe('authentication', () => {
  let shop: TestGateway

  beforeAll(async () => {
    shop = await startForTest()
    shop.sidecar.answer('user', 'Register', () => ({ tokens, user: stored }))
    shop.sidecar.answer('user', 'Login', () => ({ tokens, user: stored }))
    shop.sidecar.answer('user', 'Refresh', () => ({ tokens }))
    shop.sidecar.answer('user', 'Logout', () => ({}))
    shop.sidecar.answer('cart', 'MergeCart', () => ({ cart: aCart() }))
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('registers: 201 with tokens and user', async () => {
    const response = await shop.http.post('/v1/auth/register').send({ ...credentials, name: 'Ada' })
    expectDocumented(response)
    expect(response.status).toBe(201)
    expect(response.body).toEqual({
      accessToken: 'access',
      refreshToken: 'refresh',
      tokenType: 'Bearer',
      expiresIn: 300,
      user: { ...user, createdAt: '2026-01-31T12:00:00.000Z' },
    })
    expect(shop.calls()).toEqual(['user.Register'])
  })

  it('logs in: 200 with tokens; password and code go to the user service alone, with no whole address', async () => {
    const login = { ...credentials, totp: '123456' }
    const sent = shop.http.post('/v1/auth/login').set('User-Agent', 'Firefox')
    const response = await sent.send(login)
    expectDocumented(response)
    expect(response.body).toEqual({
      accessToken: 'access',
      refreshToken: 'refresh',
      tokenType: 'Bearer',
      expiresIn: 300,
    })
    expect(response.headers['set-cookie']).toBeUndefined()
    const device = { userAgent: 'Firefox', address: '127.0.0.0/24' }
    expect(shop.sidecar.recorded('user.Login')[0]?.request).toEqual({ ...login, device })
  })

  it('refreshes and logs out', async () => {
    const refreshed = await shop.http.post('/v1/auth/refresh').send({ refreshToken: 'r' })
    expectDocumented(refreshed)
    const out = await shop.http.post('/v1/auth/logout').send({ refreshToken: 'r' })
    expect([refreshed.status, out.status, out.text]).toEqual([200, 204, ''])
  })

  it('does not look at an Authorization header, whatever it holds', async () => {
    const sent = shop.http.post('/v1/auth/refresh').set('Authorization', 'Bearer expired')
    expect((await sent.send({ refreshToken: 'r' })).status).toBe(200)
    expect(shop.sidecar.recorded('user.Refresh')[0]?.token).toBeUndefined()
  })

  it.each([
    ['by header', { 'X-Cart-Token': guestToken }, undefined],
    ['by cookie', { Cookie: `a=b; mm_cart=${guestToken}` }, 'mm_cart=; Max-Age=0; Path=/'],
  ])("merges the guest's cart named %s, with the new token", async (_how, headers, forgets) => {
    const response = await shop.http.post('/v1/auth/login').set(headers).send(credentials)

    expect(response.status).toBe(200)
    expect(shop.calls()).toEqual(['user.Login', 'cart.MergeCart'])
    const [merge] = shop.sidecar.recorded('cart.MergeCart')
    expect([merge?.request, merge?.token]).toEqual([{ cartToken: guestToken }, 'access'])
    const cookie = response.headers['set-cookie']?.[0]
    if (forgets) expect(cookie).toContain(forgets)
    else expect(cookie).toBeUndefined()
  })

  it('logs in although the merge fails, and leaves the guest the cart', async () => {
    shop.sidecar.answer('cart', 'MergeCart', () => {
      throw new DomainError('unavailable', 'cart_newer')
    })
    const sent = shop.http.post('/v1/auth/login').set('Cookie', `mm_cart=${guestToken}`)
    const response = await sent.send(credentials)
    expect(response.status).toBe(200)
    expect(response.headers['set-cookie']).toBeUndefined()
  })

  it('S52 a wrong password is 401 with a challenge, a throttled account 429 with Retry-After', async () => {
    shop.sidecar.answer('user', 'Login', () => {
      throw new DomainError('unauthenticated', 'credentials_wrong')
    })
    const wrong = await shop.http.post('/v1/auth/login').send(credentials)
    expectDocumented(wrong)
    expect([wrong.status, wrong.body.code]).toEqual([401, 'credentials_wrong'])
    expect(wrong.headers['www-authenticate']).toBe('Bearer realm="micromart"')

    shop.sidecar.answer('user', 'Login', () => {
      throw new DomainError('unavailable', 'login_throttled', { retryAfter: '4' })
    })
    const throttled = await shop.http.post('/v1/auth/login').send(credentials)
    expect([throttled.status, throttled.body.code, throttled.headers['retry-after']]).toEqual([
      429,
      'login_throttled',
      '4',
    ])
    shop.sidecar.answer('user', 'Login', () => ({ tokens, user: stored }))
  })

  it('names every wrong field of a registration', async () => {
    const sent = { email: 'no address', password: '', name: ' ' }
    const { status, body } = await shop.http.post('/v1/auth/register').send(sent)
    expect(status).toBe(400)
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual([
      '/email',
      '/password',
      '/name',
    ])
    expect(shop.calls()).toEqual([])
  })

  it('S65 is 503 when the keys cannot be had, never let in', async () => {
    await using other = await startForTest()
    other.sidecar.answer('user', 'GetJwks', () => {
      throw new DomainError('unavailable', 'database_unavailable')
    })
    const { status, headers } = await other.http.get('/v1/me').set('Authorization', other.token())
    expect([status, headers['retry-after']]).toEqual([503, '2'])
    expect(other.calls()).toEqual([])
  })

  it('serves the public keys', async () => {
    const { status, body, headers } = await shop.http.get('/oauth2/jwks')
    expect(status).toBe(200)
    expect(headers['content-type']).toBe('application/jwk-set+json')
    expect(body.keys).toHaveLength(1)
    expect(body.keys[0]).not.toHaveProperty('d')
  })
})
