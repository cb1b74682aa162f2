import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { rawAnswer } from './raw-answer.ts'
import { startForTest, type TestGateway } from './start.ts'

const host = 'Host: shop\r\n'
const smuggled = `POST /v1/cart/items HTTP/1.1\r\n${host}Content-Length: 0\r\n\r\n`
const post = 'POST /v1/cart/items HTTP/1.1\r\n'
const json = 'Content-Type: application/json\r\n'

let shop: TestGateway

beforeAll(async () => {
  shop = await startForTest()
})
afterEach(() => shop.sidecar.forget())
afterAll(() => shop[Symbol.asyncDispose]())

const send = (text: string) => rawAnswer(shop.port, text)
const statusesIn = (answer: string) =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))

describe('a request inside a request', () => {
  it.each([
    [
      'both length headers',
      `${post}${host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ],
    ['an unknown coding', `${post}${host}Transfer-Encoding: xchunked\r\n\r\n`],
    ['chunked in the middle', `${post}${host}Transfer-Encoding: chunked, identity\r\n\r\n`],
    ['chunked twice', `${post}${host}Transfer-Encoding: chunked\r\nTransfer-Encoding: cow\r\n\r\n`],
    ['a tab before chunked', `${post}${host}Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n`],
    ['a signed length', `${post}${host}Content-Length: +3\r\n\r\n`],
    ['a negative length', `${post}${host}Content-Length: -1\r\n\r\n`],
    ['two lengths in one', `${post}${host}Content-Length: 3, 3\r\n\r\nabc`],
    ['a length in hexadecimal', `${post}${host}Content-Length: 0x3\r\n\r\nabc`],
    ['a length beyond all numbers', `${post}${host}Content-Length: 99999999999999999999\r\n\r\n`],
    ['a signed chunk', `${post}${host}${json}Transfer-Encoding: chunked\r\n\r\n+3\r\nabc\r\n`],
    [
      'a chunk without its end',
      `${post}${host}${json}Transfer-Encoding: chunked\r\n\r\n3\r\nabcde`,
    ],
    ['a bare line feed after a chunk', `${post}${host}Transfer-Encoding: chunked\r\n\r\n0\n\n`],
    ['a line feed in a header', `${post}${host}X-A: b\nContent-Length: 5\r\n\r\n`],
    ['a carriage return in a header', `${post}${host}X-A: b\rX-B: c\r\n\r\n`],
    ['a header without a name', `${post}${host}: x\r\n\r\n`],
    ['a NUL in the path', `GET /v1/\0products HTTP/1.1\r\n${host}\r\n`],
    ['a space in the path', `GET /v1/products HTTP/1.1 HTTP/1.1\r\n${host}\r\n`],
  ])('S39 is not seen behind %s: one 400, and the connection ends', async (_what, text) => {
    const answer = await send(`${text}${smuggled}`)
    expect(statusesIn(answer)).toEqual([400])
    expect(answer).toContain('application/problem+json')
    expect(answer.toLowerCase()).toContain('connection: close')
    expect(shop.calls()).toEqual([])
  })

  it('S39 is not seen in the body of a GET, whose length counts all the same', async () => {
    const get = `GET /livez HTTP/1.1\r\n${host}Content-Length: ${smuggled.length}\r\n\r\n${smuggled}`
    const last = `GET /livez HTTP/1.1\r\n${host}Connection: close\r\n\r\n`
    expect(statusesIn(await send(`${get}${last}`))).toEqual([200, 200])
    expect(shop.calls()).toEqual([])
  })

  it('S39 is not seen behind a chunked body with extensions and trailers', async () => {
    const chunks = `2;a=b\r\n{}\r\n0\r\nX-User-Id: admin\r\n\r\n`
    const text = `${post}${host}${json}Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n${chunks}`
    expect(statusesIn(await send(text))).toEqual([400]) // the shape: `{}` lacks the sku
    expect(shop.calls()).toEqual([])
  })
})

describe('a path', () => {
  it.each([
    'http://127.0.0.1:3500/v1.0/secrets/secrets/bulk',
    'http://evil.example/v1.0/invoke/user/method/x',
    '/v1/products/..%5c..%5cv1.0%5csecrets',
    '/v1/products/%252e%252e%252fv1.0',
    '/v1/products/%2e%2e/%2e%2e/v1.0/metadata',
    '/v1/./me',
    '/./livez',
    '/livez/',
    '/livez%00',
    '/livez%20',
    '/docs/..%2f..%2f..%2fetc%2fpasswd',
    '/docs/%2e%2e%2fpackage.json',
    '/docs/swagger-ui.css%00.js',
    '/images/../package.json',
    '/images/....//package.json',
    '/images/__proto__',
    '/docs/constructor',
    '*',
  ])('S38 %s leads nowhere', async (url) => {
    const answer = await send(`GET ${url} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
    expect(statusesIn(answer)).toEqual([404])
    expect(answer).toContain('"code":"not_found"')
    expect(answer).not.toMatch(/root:|"dependencies"/)
    expect(shop.calls()).toEqual([])
  })

  it('S38 in absolute form is judged by its path, whatever host it names', async () => {
    const text = `GET http://evil.example/livez HTTP/1.1\r\n${host}Connection: close\r\n\r\n`
    expect(statusesIn(await send(text))).toEqual([200])
  })
})

describe('a method', () => {
  it.each(['CONNECT', 'TRACE', 'PROPFIND', 'PURGE', 'LINK', 'MKCOL', 'SEARCH', 'QUERY'])(
    'S40 %s does nothing',
    async (method) => {
      const target = method === 'CONNECT' ? '127.0.0.1:3306' : '/v1/cart/items'
      const text = `${method} ${target} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`
      const answer = await send(text)
      expect(statusesIn(answer).every((status) => [400, 405].includes(status))).toBe(true)
      expect(answer).not.toMatch(/HTTP\/1\.1 2/)
      expect(shop.calls()).toEqual([])
    },
  )

  it.each(['X-HTTP-Method-Override', 'X-HTTP-Method', 'X-Method-Override', '_method'])(
    'S37 S40 is not taken from %s',
    async (name) => {
      const overridden = await shop.http.get('/v1/cart/items?_method=DELETE').set(name, 'POST')
      expect(overridden.status).toBe(405)
      expect(shop.calls()).toEqual([])
    },
  )

  it('S40 is not switched to another protocol', async () => {
    const upgrade =
      'Connection: Upgrade, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n'
    const answer = await send(`GET /livez HTTP/1.1\r\n${host}${upgrade}\r\n`)
    expect(answer).not.toMatch(/HTTP\/1\.1 101/)
  })
})

describe('names that every object has', () => {
  const inherited = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty']

  it.each(inherited)('S43 %s is a header, a query key and a path like any other', async (name) => {
    shop.sidecar.answer('product', 'ListProducts', () => ({ items: [] }))
    const head = `${name}: {"polluted":1}\r\n${name}: twice\r\n`
    const answer = await send(
      `GET /v1/products?${name}=1&${name}[polluted]=1&${name}.polluted=1 HTTP/1.1\r\n${host}${head}Connection: close\r\n\r\n`,
    )
    expect(statusesIn(answer)).toEqual([200])
    const absent = await send(`GET /${name} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`)
    expect(statusesIn(absent)).toEqual([404])
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })

  it.each(['{"constructor":{"prototype":{"polluted":1}}}', '{"sku":{"__proto__":{"polluted":1}}}'])(
    'S43 %s is refused as a body',
    async (text) => {
      const answer = await shop.http.post('/v1/cart/items').type('json').send(text)
      expect(answer.status).toBe(400)
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    },
  )
})
