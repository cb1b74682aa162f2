import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, type RequestOptions, request } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { connect as connectPlain } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { connect, type ConnectionOptions } from 'node:tls'
import { eventually } from '@micromart/testing'
import { aCart } from './answers.ts'
import { type LogLine, recordingLog } from './recording-log.ts'
import { startForTest, type TestGateway } from './start.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'micromart-tls-'))
const file = (name: string) => path.join(folder, name)

/** `npm run certs`, to this test's folder. */
const certs = (...options: readonly string[]): string =>
  execFileSync(process.execPath, ['scripts/certs.mjs', '--out', folder, ...options], {
    encoding: 'utf8',
  })

const secured = {
  PUBLIC_TLS_PORT: '0',
  TLS_CERT_FILE: file('gateway.crt'),
  TLS_KEY_FILE: file('gateway.key'),
  TLS_CHECK_MS: '50',
}

type Asked = RequestOptions & { readonly body?: object }
type Answer = { readonly status: number; readonly headers: IncomingMessage['headers'] }

const ask = async (port: number, { body, ...options }: Asked = {}): Promise<Answer> => {
  const asked = request({
    host: '127.0.0.1',
    port,
    path: '/livez',
    ca: readFileSync(file('ca.crt')),
    agent: new Agent({ keepAlive: false }),
    ...options,
  })
  asked.end(body && JSON.stringify(body))
  const [response] = (await once(asked, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return { status: response.statusCode ?? 0, headers: response.headers }
}

/** The protocol and suite that a handshake ends with, or how it fails. */
const handshake = async (port: number, options: ConnectionOptions): Promise<string> => {
  const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options })
  try {
    await once(socket, 'secureConnect')
    return `${socket.getProtocol()} ${socket.getCipher().standardName}`
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'failed'
  } finally {
    socket.destroy()
  }
}

describe('the HTTPS door', () => {
  let shop: TestGateway
  const lines: LogLine[] = []

  beforeAll(async () => {
    certs()
    shop = await startForTest({ env: secured, log: recordingLog(lines) })
  })
  afterAll(async () => {
    await shop[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true, force: true })
  })

  it('S50 serves the shop, and says over TLS alone that it will always be there', async () => {
    const answer = await ask(shop.tlsPort)
    expect(answer.status).toBe(200)
    expect(answer.headers['strict-transport-security']).toBe('max-age=31536000; includeSubDomains')
    const plain = await shop.http.get('/livez')
    expect([plain.status, plain.headers['strict-transport-security']]).toEqual([200, undefined])
  })

  it('S51 binds the cart’s cookie to this host', async () => {
    shop.sidecar.answer('cart', 'AddItem', () => ({ cart: aCart(), cartToken: 'c'.repeat(43) }))
    const body = { sku: 'OIL-S', quantity: 1 }
    const headers = { 'content-type': 'application/json' }
    const how = { method: 'POST', path: '/v1/cart/items', headers, body }
    const [cookie] = (await ask(shop.tlsPort, how)).headers['set-cookie'] ?? []
    expect(cookie).toMatch(/^__Host-mm_cart=c+; .*Path=\/; HttpOnly; Secure; SameSite=Lax$/)
    const plain = await shop.http.post('/v1/cart/items').send(body)
    expect(plain.headers['set-cookie']?.[0]).toMatch(/^mm_cart=c+; /)
    expect(plain.headers['set-cookie']?.[0]).not.toContain('Secure')
  })

  it('speaks TLS 1.2 and 1.3 with forward secrecy and authenticated encryption, and nothing else', async () => {
    const old = {
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    } as const
    const twelve = (ciphers: string) => ({ maxVersion: 'TLSv1.2', ciphers }) as const
    expect(await handshake(shop.tlsPort, {})).toMatch(/^TLSv1\.3 TLS_/)
    const good = await handshake(shop.tlsPort, twelve('ECDHE-RSA-AES128-GCM-SHA256'))
    expect(good).toBe('TLSv1.2 TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
    const refused = /^ERR_SSL_.*(ALERT|VERSION|HANDSHAKE)/
    expect(await handshake(shop.tlsPort, old)).toMatch(refused)
    for (const weak of ['AES128-GCM-SHA256', 'ECDHE-RSA-AES128-SHA', 'ECDHE-RSA-AES128-SHA256']) {
      expect(await handshake(shop.tlsPort, twelve(weak))).toMatch(refused)
    }
  })

  it('answers nothing to a plain client', async () => {
    const socket = connectPlain(shop.tlsPort, '127.0.0.1')
    socket.write('GET /livez HTTP/1.1\r\nHost: x\r\n\r\n')
    let said = ''
    socket.on('data', (data: Buffer) => (said += data.toString('latin1'))).on('error', () => {})
    await once(socket, 'close')
    expect(said).not.toContain('HTTP/')
  })

  it('is believed by its CA and its names only', async () => {
    await expect(ask(shop.tlsPort, { ca: [] })).rejects.toThrow(/certificate/)
    await expect(ask(shop.tlsPort, { servername: 'shop.example' })).rejects.toThrow(/altnames/)
    expect((await ask(shop.tlsPort, { servername: 'localhost' })).status).toBe(200)
  })

  it('takes a renewed certificate over while connections are open', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 })
    expect((await ask(shop.tlsPort, { agent })).status).toBe(200)
    const good = readFileSync(secured.TLS_KEY_FILE)
    const refusal = 'a new certificate is no good: the old one stays'
    writeFileSync(secured.TLS_KEY_FILE, 'no key')
    await eventually(() => expect(lines.map(({ message }) => message)).toContain(refusal))
    expect((await ask(shop.tlsPort)).status).toBe(200)
    writeFileSync(secured.TLS_KEY_FILE, good)

    expect(certs('--force')).toMatch(/^made in .*: ca, gateway,/)

    await eventually(() => ask(shop.tlsPort)) // which knows the new CA alone
    expect((await ask(shop.tlsPort, { agent })).status).toBe(200) // the connection of before
    agent.destroy()
  })

  it('redirects the plain door to itself, and itself to nowhere', async () => {
    const env = { ...secured, GATEWAY_PLAIN: 'redirect', ISSUER_URL: 'https://localhost:8443' }
    await using strict = await startForTest({ env })
    const plain = await strict.http.get('/v1/cart').redirects(0)
    expect([plain.status, plain.headers['location']]).toEqual([
      308,
      'https://localhost:8443/v1/cart',
    ])
    expect((await ask(strict.tlsPort)).status).toBe(200)
  })

  it('does not open without a good certificate, and says why', async () => {
    const start = (env: Record<string, string>) => startForTest({ env: { ...secured, ...env } })
    await expect(start({ TLS_CERT_FILE: file('absent.crt') })).rejects.toThrow(/absent\.crt/)
    await expect(start({ TLS_KEY_FILE: file('redis.key') })).rejects.toThrow(/key values mismatch/)
    await expect(start({ TLS_KEY_FILE: '' })).rejects.toThrow(/TLS_KEY_FILE go together/)
  })
})
