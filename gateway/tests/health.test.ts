import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startForTest, type TestGateway } from './start.ts'

describe('operation', () => {
  let shop: TestGateway

  beforeAll(async () => {
    shop = await startForTest()
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  it('is alive and ready, on both listeners', async () => {
    for (const origin of [shop.origin, `http://127.0.0.1:${shop.httpPort}`]) {
      for (const path of ['/livez', '/readyz']) {
        expect((await fetch(`${origin}${path}`)).status).toBe(200)
      }
    }
  })

  it('S61 shows metrics on the small listener only', async () => {
    expect((await fetch(`http://127.0.0.1:${shop.httpPort}/metrics`)).status).toBe(200)
    expect((await fetch(`${shop.origin}/metrics`)).status).toBe(404)
  })

  it('stays ready when services are down, and is not when its sidecar is', async () => {
    expect((await shop.http.get('/v1/cart')).status).toBe(503)
    expect((await shop.http.get('/readyz')).status).toBe(200)
    shop.sidecar.runtimeUp(false)
    const { status, body } = await shop.http.get('/readyz')
    shop.sidecar.runtimeUp(true)
    expect([status, body.code]).toEqual([503, 'not_ready'])
    expect((await shop.http.get('/livez')).status).toBe(200)
  })

  it('serves the document and a page without inline script', async () => {
    const document = await shop.http.get('/openapi.json')
    expect([document.status, document.body.openapi]).toEqual([200, '3.1.0'])
    const page = await shop.http.get('/docs')
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8')
    expect(page.headers['content-security-policy']).toContain("script-src 'self';")
    expect(page.text).not.toMatch(/<script>|<script[^>]*>[^<]|\son\w+=/)
    const parts = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, part]) => String(part))
    expect(parts).toHaveLength(3)
    for (const part of parts) expect((await shop.http.get(part)).status).toBe(200)
    expect((await shop.http.get('/docs/index.html')).status).toBe(404)
  })

  it('says whom to tell of a vulnerability, when that is set', async () => {
    expect((await shop.http.get('/.well-known/security.txt')).status).toBe(404)
    const env = { SECURITY_CONTACT: 'mailto:security@shop.example' }
    await using told = await startForTest({ env })
    const { status, headers, text } = await told.http.get('/.well-known/security.txt')
    expect([status, headers['content-type']]).toEqual([200, 'text/plain; charset=utf-8'])
    expect(text).toContain('Contact: mailto:security@shop.example\n')
    const refused = startForTest({ env: { SECURITY_CONTACT: 'security@shop.example' } })
    await expect(refused).rejects.toThrow('SECURITY_CONTACT')
  })

  it('serves pictures from its folder and nothing else', async () => {
    const picture = await shop.http.get('/images/balloon-whisk.svg')
    expect(picture.status).toBe(200)
    expect(picture.headers['content-type']).toBe('image/svg+xml; charset=utf-8')
    expect(picture.headers['cache-control']).toBe('public, max-age=86400')
    expect(picture.headers['content-security-policy']).toContain('sandbox')
    const etag = String(picture.headers['etag'])
    const again = await shop.http.get('/images/balloon-whisk.svg').set('If-None-Match', etag)
    expect(again.status).toBe(304)
    for (const name of ['..%2fgenerate.mjs', 'absent.svg', '%2e%2e', '__proto__', 'constructor']) {
      expect((await shop.http.get(`/images/${name}`)).status).toBe(404)
    }
  })

  it('lets a running request end when it stops', async () => {
    const stopping = await startForTest()
    const { promise, resolve } = Promise.withResolvers<void>()
    stopping.sidecar.answer('product', 'ListProducts', async () => {
      await promise
      return { items: [] }
    })
    const answer = fetch(`${stopping.origin}/v1/products`)
    while (!stopping.calls().includes('product.ListProducts')) {
      await new Promise((next) => setImmediate(next))
    }
    const stopped = stopping[Symbol.asyncDispose]()
    resolve()
    expect((await answer).status).toBe(200)
    await stopped
    await expect(fetch(`${stopping.origin}/livez`)).rejects.toThrow()
  })
})
