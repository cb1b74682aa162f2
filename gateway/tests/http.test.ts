import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { DomainError } from '@micromart/kernel'
import { eventually, readMetric } from '@micromart/testing'
import { aProduct } from './answers.ts'
import { rawAnswer } from './raw-answer.ts'
import { startForTest, type TestGateway } from './start.ts'

const host = 'Host: shop\r\n'

describe('HTTP', () => {
  let shop: TestGateway

  beforeAll(async () => {
    shop = await startForTest({ env: { CORS_ORIGINS: 'https://shop.example, https://b.example' } })
    shop.sidecar.answer('product', 'GetProduct', () => ({ product: aProduct() }))
    shop.sidecar.answer('product', 'ListProducts', () => ({ items: [] }))
  })
  afterEach(() => shop.sidecar.forget())
  afterAll(() => shop[Symbol.asyncDispose]())

  it.each([
    [
      'both length headers',
      `POST /v1/cart/items HTTP/1.1\r\n${host}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
    ],
    [
      'two lengths',
      `POST /v1/cart/items HTTP/1.1\r\n${host}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc`,
    ],
    [
      'bad chunking',
      `POST /v1/cart/items HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n`,
    ],
    ['a folded header', `GET /v1/products HTTP/1.1\r\n${host}X-A: b\r\n c\r\n\r\n`],
    ['a bare line feed', `GET /v1/products HTTP/1.1\nHost: shop\n\n`],
    ['a space before the colon', `GET /v1/products HTTP/1.1\r\n${host}X-A : b\r\n\r\n`],
    ['an unknown method', `FETCH /v1/products HTTP/1.1\r\n${host}\r\n`],
    ['no HTTP at all', 'hello\r\n\r\n'],
    ['a NUL in a header', `GET /v1/products HTTP/1.1\r\n${host}X-A: a\0b\r\n\r\n`],
    ['two Hosts', `GET /v1/products HTTP/1.1\r\n${host}${host}Connection: close\r\n\r\n`],
    ['a version that is not spoken', `GET /v1/products HTTP/2.0\r\n${host}\r\n`],
    ['no version', 'GET /v1/products\r\n\r\n'],
    ['no Host', 'GET /v1/products HTTP/1.1\r\nConnection: close\r\n\r\n'],
  ])('S39 answers 400 as a problem to %s', async (_what, text) => {
    const answer = await rawAnswer(shop.port, text)
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/)
    expect(answer).toContain('application/problem+json')
    expect(answer).toContain('"code":"http_malformed"')
    expect(answer.toLowerCase()).toContain('x-content-type-options: nosniff')
    expect(shop.calls()).toEqual([])
  })

  it('S50 an Expect that is not understood is 417, with the headers of every answer', async () => {
    const answer = await rawAnswer(
      shop.port,
      `POST /v1/cart/items HTTP/1.1\r\n${host}Expect: tea\r\nContent-Length: 2\r\n\r\n{}`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 417 /)
    expect(answer).toContain('"code":"expectation_failed"')
    expect(answer.toLowerCase()).toContain('x-content-type-options: nosniff')
    expect(answer.toLowerCase()).toContain("content-security-policy: default-src 'none'")
  })

  it('headers that are too large are 431', async () => {
    const answer = await rawAnswer(
      shop.port,
      `GET /v1/products HTTP/1.1\r\n${host}X-A: ${'a'.repeat(20_000)}\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 431 /)
    expect(answer).toContain('"code":"headers_too_large"')
  })

  it.each([
    '//v1/products',
    '/v1//products',
    '/v1/products/',
    '/V1/products',
    '/v1/Products',
    '/v1/..%2fcart',
    '/v1/%2e%2e/cart',
    '/v1/products;a=b',
    '/v1.0/invoke/order/method/x',
    '/v1.0/secrets/secrets/redis-gateway',
    '/v1/products/%2e%2e%2f%2e%2e%2fv1.0',
    '/v1/products/a%00b',
    '/v1/products/a%2fb',
    '/dapr/subscribe',
    '/metrics',
    '/nothing',
  ])('S38 %s is 404 and reaches nothing', async (url) => {
    const answer = await rawAnswer(
      shop.port,
      `GET ${url} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
    )
    expect(answer).toMatch(/^HTTP\/1\.1 404 /)
    expect(answer).toContain('"code":"not_found"')
    expect(shop.calls()).toEqual([])
  })

  it.each(['/v1/products/%zz', '/v1/products/%', '/v1/cart/items/%c3%28'])(
    'badly encoded %s is 400',
    async (url) => {
      const answer = await rawAnswer(
        shop.port,
        `GET ${url} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`,
      )
      expect(answer).toMatch(/^HTTP\/1\.1 400 /)
      expect(answer).toContain('"code":"url_malformed"')
    },
  )

  it('S40 does not trace, and a method cannot be smuggled in a header', async () => {
    const trace = await rawAnswer(shop.port, `TRACE / HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
    expect(trace).toMatch(/^HTTP\/1\.1 40[45] /)
    const sent = shop.http.get('/v1/products').set('X-HTTP-Method-Override', 'DELETE')
    expect((await sent).status).toBe(200)
  })

  it('answers HEAD as GET without a body', async () => {
    const get = await shop.http.get('/v1/products/tea')
    const head = await shop.http.head('/v1/products/tea')
    expect([head.status, head.text]).toEqual([200, undefined])
    expect(head.headers['etag']).toBe(get.headers['etag'])
    expect(head.headers['content-length']).toBe(get.headers['content-length'])
  })

  it('S41 counts a body that does not say its length, and the connection stays usable', async () => {
    const chunk = `${(64 * 1024).toString(16)}\r\n${'x'.repeat(64 * 1024)}\r\n`
    const post = `POST /v1/cart/items HTTP/1.1\r\n${host}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`
    const then = `GET /livez HTTP/1.1\r\n${host}Connection: close\r\n\r\n`
    const answer = await rawAnswer(shop.port, `${post}${chunk}${chunk}0\r\n\r\n${then}`)
    expect(answer).toMatch(/^HTTP\/1\.1 413 /)
    expect(answer).toContain('HTTP/1.1 200 OK')
    expect(shop.calls()).toEqual([])
  })

  it('S41 does not inflate what is compressed', async () => {
    const bomb = gzipSync(Buffer.alloc(10 * 1024 * 1024))
    const { status } = await shop.http
      .post('/v1/cart/items')
      .set({ 'Content-Type': 'application/json', 'Content-Encoding': 'gzip' })
      .send(bomb)
    expect(status).toBe(415)
  })

  it('S42 refuses hostile JSON as 400 with its code', async () => {
    const codes = []
    for (const text of [
      '['.repeat(90_000),
      '{"sku":"a","sku":"b","quantity":1}',
      '{"__proto__":{"x":1},"sku":"a","quantity":1}',
      '{"sku":"a","quantity":1e400}',
      '{"sku":"\\ud800","quantity":1}',
    ]) {
      const { status, body } = await shop.http
        .post('/v1/cart/items')
        .set('Content-Type', 'application/json')
        .send(text)
      codes.push([status, body.code])
    }
    expect(codes).toEqual([
      [400, 'json_too_deep'],
      [400, 'json_key_repeated'],
      [400, 'json_key_forbidden'],
      [400, 'json_number_range'],
      [400, 'json_text_malformed'],
    ])
    expect(({} as Record<string, unknown>)['x']).toBeUndefined()
  })

  it('S37 nothing that a client says about itself reaches a service', async () => {
    const seen: (string | undefined)[] = []
    const suspicious = [
      'x-user-id',
      'x-user-roles',
      'x-forwarded-for',
      'x-forwarded-host',
      'x-forwarded-proto',
      'forwarded',
      'x-real-ip',
      'dapr-api-token',
      'dapr-caller-app-id',
      'dapr-callee-app-id',
      'dapr-stream',
      'grpc-timeout',
      'grpc-encoding',
      'grpc-trace-bin',
      'x-http-method-override',
      'idempotency-key',
      'idempotency-scope',
      'idempotency-fingerprint',
      'authorization',
      'baggage',
      'tracestate',
      'cookie',
    ]
    shop.sidecar.answer('product', 'ListProducts', (_request, { header }) => {
      seen.push(...suspicious.map(header))
      return { items: [] }
    })
    const headers = Object.fromEntries(suspicious.map((name) => [name, 'mine=1']))
    await shop.http.get('/v1/products?q=suspicious').set({ ...headers, 'dapr-app-id': 'order' })
    expect(seen).toHaveLength(suspicious.length)
    expect(seen.filter((value) => value?.includes('mine'))).toEqual([])
    expect(shop.calls()).toEqual(['product.ListProducts'])
  })

  it('a traceparent goes on as the trace id, and its flag does not', async () => {
    const traceId = '4bf92f3577b34da6a3ce929d0e0e4736'
    await shop.http
      .get('/v1/products?q=traced')
      .set('traceparent', `00-${traceId}-00f067aa0ba902b7-01`)
    const [call] = shop.sidecar.recorded('product.ListProducts')
    expect(call?.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`))
    const missing = await shop.http
      .get('/v1/me')
      .set('traceparent', `00-${traceId}-00f067aa0ba902b7-00`)
    expect(missing.body.traceId).toBe(traceId)
  })

  it('takes a well-formed request id and replaces any other', async () => {
    const echoed = await shop.http.get('/livez').set('X-Request-Id', 'abc-123_4.5')
    expect(echoed.headers['x-request-id']).toBe('abc-123_4.5')
    for (const bad of ['short', 'x'.repeat(65), 'has space inside', '<script>alert(1)</script>']) {
      const { headers } = await shop.http.get('/livez').set('X-Request-Id', bad)
      expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    }
  })

  it('S49 lets the listed origins in and no other', async () => {
    const preflight = (origin: string) =>
      shop.http
        .options('/v1/cart/items')
        .set({ Origin: origin, 'Access-Control-Request-Method': 'POST' })
    const listed = await preflight('https://shop.example')
    expect(listed.status).toBe(204)
    expect(listed.headers['access-control-allow-origin']).toBe('https://shop.example')
    expect(listed.headers['access-control-allow-headers']).toContain('Idempotency-Key')
    for (const origin of [
      'null',
      'https://shop.example.evil.example',
      'https://evilshop.example',
      'http://shop.example',
      'https://shop.example:444',
    ]) {
      const { status, headers } = await preflight(origin)
      expect([origin, status]).toEqual([origin, 405])
      expect(headers['access-control-allow-origin']).toBeUndefined()
      expect(headers['vary']).toBe('Origin')
    }
    const error = await shop.http.get('/v1/me').set('Origin', 'https://b.example')
    expect(error.headers['access-control-allow-origin']).toBe('https://b.example')
  })

  it('S52 an error of ours says nothing, and counts as one', async () => {
    shop.sidecar.answer('product', 'GetProduct', () => {
      throw new DomainError('internal', 'sql_broken', { text: 'SELECT' })
    })
    const { status, body } = await shop.http.get('/v1/products/broken')
    expect([status, body.code, body.params]).toEqual([500, 'internal', {}])
    expect(JSON.stringify(body)).not.toMatch(/SELECT|sql|\.ts/)
    const labels = { http_route: '/v1/products/{idOrHandle}', http_response_status_code: '500' }
    const name = 'http_server_request_duration_seconds_count'
    expect(await readMetric(shop.httpPort, name, labels)).toBe(1)
  })

  it('whoever leaves before there is an answer is no success', async () => {
    const { promise: asked, resolve } = Promise.withResolvers<void>()
    const { promise: end, resolve: answer } = Promise.withResolvers<void>()
    shop.sidecar.answer('product', 'GetProduct', async () => {
      resolve()
      await end
      return { product: aProduct() }
    })
    const leaving = new AbortController()
    const url = `http://127.0.0.1:${shop.port}/v1/products/slow`
    const left = fetch(url, { signal: leaving.signal }).catch(() => 'left')
    await asked
    leaving.abort()
    expect(await left).toBe('left')
    const labels = { http_route: '/v1/products/{idOrHandle}', http_response_status_code: '499' }
    const name = 'http_server_request_duration_seconds_count'
    await eventually(async () => expect(await readMetric(shop.httpPort, name, labels)).toBe(1))
    answer()
  })

  it('is redirected to HTTPS by its own address when told so', async () => {
    await using secure = await startForTest({ env: { GATEWAY_PLAIN: 'redirect' } })
    const answer = await rawAnswer(
      secure.port,
      'POST //evil.example/x?y=1 HTTP/1.1\r\nHost: evil.example\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
    )
    expect(answer).toMatch(/^HTTP\/1\.1 308 /)
    expect(answer).toContain('Location: https://127.0.0.1:8080//evil.example/x?y=1\r\n')
    expect((await secure.http.get('/livez')).status).toBe(200)
  })
})
