import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import type { ServeRequest } from '@micromart/contracts/user'
import { DomainError } from '@micromart/kernel'
import { expectDocumented } from './documented.ts'
import { startForTest, type TestGateway } from './start.ts'

const uid = 'V1StGXR8_Z5jdHi6B-myT1StGXR8_Z5jdHi6B-myTk3'
const html = 'text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8'
const origin = 'https://spa.example'

describe('the authorization server behind the gateway', () => {
  let shop: TestGateway

  /** What the user service answers with; it says more than may leave. */
  const answering = (status: number, headers: Record<string, string | string[]>, body = '') =>
    shop.sidecar.answer('user', 'Serve', () => ({
      status,
      headers: Object.entries({ 'x-powered-by': 'x', 'dapr-app-id': 'user', ...headers }).flatMap(
        ([name, value]) => [value].flat().map((one) => ({ name, value: one })),
      ),
      body: Buffer.from(body),
    }))
  const served = () => shop.sidecar.recorded('user.Serve')[0]?.request as ServeRequest

  beforeAll(async () => {
    shop = await startForTest({ env: { CORS_ORIGINS: origin } })
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it('S37 gets what it reads of a request, and nothing else', async () => {
    answering(
      200,
      { 'content-type': 'application/json' },
      '{"access_token":"a","token_type":"Bearer","expires_in":300}',
    )
    const form = 'grant_type=client_credentials&scope=orders%3Aread'
    const response = await shop.http
      .post('/oauth2/token?x=1')
      .set({
        'Content-Type': 'application/x-www-form-urlencoded',
        Accept: 'application/json',
        Authorization: 'Basic YTpi',
        Cookie: 'mm_cart=c; mm_session=s; __Host-mm_session=h; other=o; mm_sessionx=n',
        Origin: origin,
        'User-Agent': 'Agent/1',
        'X-Forwarded-For': '203.0.113.9',
        'X-Forwarded-Proto': 'https',
        'dapr-api-token': 'guessed',
        'Idempotency-Key': 'k',
      })
      .send(form)
    expectDocumented(response)
    expect(served()).toEqual({
      method: 'POST',
      target: '/oauth2/token?x=1',
      headers: [
        { name: 'accept', value: 'application/json' },
        { name: 'authorization', value: 'Basic YTpi' },
        { name: 'content-type', value: 'application/x-www-form-urlencoded' },
        { name: 'cookie', value: 'mm_session=s; __Host-mm_session=h' },
      ],
      body: Buffer.from(form),
      device: { userAgent: 'Agent/1', address: '127.0.0.0/24' },
    })
    expect(shop.sidecar.recorded('user.Serve')[0]?.token).toBeUndefined()
  })

  it('S17 S37 its answers go back with the headers that are for clients, and are kept by nobody', async () => {
    answering(303, {
      location: 'https://app.example/cb?code=c',
      'set-cookie': ['mm_session=s; path=/', 'mm_resume=r; path=/x', 'tracker=t'],
      'cache-control': 'public',
      'access-control-allow-origin': '*',
    })
    const { status, headers } = await shop.http
      .get('/oauth2/authorize?client_id=c')
      .set('Accept', html)
      .redirects(0)
    expect(status).toBe(303)
    expect(headers['location']).toBe('https://app.example/cb?code=c')
    expect(headers['set-cookie']).toEqual(['mm_session=s; path=/', 'mm_resume=r; path=/x'])
    expect(headers['cache-control']).toBe('no-store')
    for (const name of ['x-powered-by', 'dapr-app-id', 'access-control-allow-origin']) {
      expect([name, headers[name]]).toEqual([name, undefined])
    }
  })

  it('S50 its pages have a policy of their own, and everything else the common one', async () => {
    const policy = "default-src 'none'; style-src 'sha256-x'; frame-ancestors 'none'"
    answering(
      200,
      { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
      '<h1>Hi</h1>',
    )
    const { text, headers } = await shop.http.get(`/oauth2/interaction/${uid}`)
    expect([text, headers['content-security-policy']]).toEqual(['<h1>Hi</h1>', policy])
    expect(headers['content-type']).toBe('text/html; charset=utf-8')
    answering(200, { 'content-type': 'application/json' }, '{}')
    const metadata = await shop.http.get('/.well-known/openid-configuration')
    expect(metadata.headers['content-security-policy']).toContain("frame-ancestors 'none'")
    expect(metadata.headers['cache-control']).toBe('public, max-age=300')
  })

  it('S17 S49 no page is read by a script of another origin; a token is, of a listed one', async () => {
    answering(200, { 'content-type': 'application/json' }, '{}')
    const allowed = async (path: string) =>
      (await shop.http.get(path).set('Origin', origin)).headers['access-control-allow-origin']
    const pages = ['/oauth2/authorize', `/oauth2/interaction/${uid}`, '/oauth2/logout']
    for (const path of pages) expect([path, await allowed(path)]).toEqual([path, undefined])
    const preflight = await shop.http
      .options(pages[0] ?? '')
      .set({ Origin: origin, 'Access-Control-Request-Method': 'GET' })
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([
      405,
      undefined,
    ])
    const programs = ['/oauth2/userinfo', '/.well-known/openid-configuration', '/oauth2/jwks']
    for (const path of programs) expect([path, await allowed(path)]).toEqual([path, origin])
    const token = await shop.http
      .options('/oauth2/token')
      .set({ Origin: origin, 'Access-Control-Request-Method': 'POST' })
    expect([token.status, token.headers['access-control-allow-origin']]).toEqual([204, origin])
  })

  it('tells a person in a page what no program asked for, and a program in JSON', async () => {
    shop.sidecar.answer('user', 'Serve', () => {
      throw new DomainError('unavailable', 'database_unavailable')
    })
    const page = await shop.http.get('/oauth2/authorize').set('Accept', html)
    expect(page.status).toBe(503)
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.headers['retry-after']).toBe('2')
    expect(page.text).toContain('<h1>Unavailable</h1>')
    expect(page.headers['content-security-policy']).toContain("default-src 'none'")
    const json = await shop.http.get('/oauth2/authorize')
    expect([json.status, json.body.code]).toEqual([503, 'database_unavailable'])
    const program = await shop.http.get('/oauth2/userinfo').set('Accept', html)
    expect([program.status, program.body.code]).toEqual([503, 'database_unavailable'])
  })

  it('S41 S44 takes a form of 32 KB at most, and each query key once', async () => {
    const large = await shop.http
      .post('/oauth2/token')
      .type('form')
      .send(`a=${'x'.repeat(32 * 1024)}`)
    expect([large.status, large.body.code]).toEqual([413, 'body_too_large'])
    const twice = await shop.http.get('/oauth2/authorize?client_id=a&client_id=b')
    expect([twice.status, twice.body.code]).toEqual([400, 'query_repeated'])
    expect(shop.calls()).toEqual([])
  })

  it('asks for claims by POST without a body, too', async () => {
    answering(200, { 'content-type': 'application/json' }, '{"sub":"s"}')
    const response = await shop.http.post('/oauth2/userinfo').set('Authorization', 'Bearer x')
    expectDocumented(response)
    expect([response.status, served().method, served().body]).toEqual([
      200,
      'POST',
      Buffer.alloc(0),
    ])
  })
})
