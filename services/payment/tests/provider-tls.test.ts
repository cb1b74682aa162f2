import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { startBreakers } from '@micromart/dapr'
import { silentLog, systemClock, systemIds } from '@micromart/kernel'
import { startProvider } from '@micromart/provider'
import { readConfig } from '@micromart/provider/config'
import { migrations } from '@micromart/provider/migrations'
import { testDatabase } from '@micromart/testing'
import { providerHttp } from '../src/client/provider-http.ts'
import { eur } from './start-for-test.ts'

const folder = mkdtempSync(path.join(os.tmpdir(), 'micromart-provider-tls-'))
const file = (name: string) => path.join(folder, name)
const key = 'provider-key-of-this-test'
const open = new AsyncDisposableStack()
let url: string

/** The adapter towards the provider, believing that CA. */
const adapter = (ca: string | undefined) => {
  const breakers = open.use(startBreakers(() => true))
  const limits = { limitMs: 4000, askLimitMs: 2000 }
  const deps = { breakers, clock: systemClock, log: silentLog }
  return providerHttp({ url, key, ca, webhookKeys: ['w'], ...limits }, deps)
}

const anOrder = () => {
  const orderId = systemIds.next()
  return { key: orderId, orderId, chargeId: undefined, amount: eur(1999), token: 'tok_visa' }
}

const soon = () => new Date(Date.now() + 4000)

beforeAll(async () => {
  execFileSync(process.execPath, ['scripts/certs.mjs', '--out', folder])
  const database = open.use(await testDatabase('provider', migrations))
  const config = readConfig({
    SHOP_ENV: 'local',
    HTTP_PORT: '0',
    TLS_PORT: '0',
    TLS_CERT_FILE: file('provider.crt'),
    TLS_KEY_FILE: file('provider.key'),
    PROVIDER_DATABASE_URL: database.url,
    PROVIDER_KEY: key,
    PROVIDER_WEBHOOK_KEY: 'webhook-key-of-this-test',
    PROVIDER_WEBHOOK_URL: 'http://127.0.0.1:1/nobody',
    LOG_LEVEL: 'error',
  })
  const { port } = open.use(await startProvider(config))
  url = `https://127.0.0.1:${port}`
}, 120_000)

afterAll(async () => {
  await open.disposeAsync()
  rmSync(folder, { recursive: true, force: true })
})

describe('the provider by HTTPS', () => {
  it('is charged when its certificate is of the CA that is believed', async () => {
    const charged = await adapter(readFileSync(file('ca.crt'), 'utf8')).charge(anOrder(), soon())
    expect(charged.status).toBe('captured')
  })

  it('is not told a card by who believes another CA, and nobody knows of a charge', async () => {
    const order = anOrder()
    const others = readFileSync(file('sentry/ca.crt'), 'utf8')
    for (const ca of [others, undefined]) {
      expect(await adapter(ca).charge(order, soon())).toEqual({ status: 'unknown' })
    }
    const known = adapter(readFileSync(file('ca.crt'), 'utf8'))
    expect(await known.find(order, soon())).toEqual({ status: 'never_made' })
  })

  it('refuses half of a certificate', () => {
    const half = { PROVIDER_DATABASE_URL: 'mysql://a:b@h/d', TLS_CERT_FILE: file('provider.crt') }
    const keys = { PROVIDER_KEY: key, PROVIDER_WEBHOOK_KEY: key }
    expect(() => readConfig({ ...half, ...keys })).toThrow(/go together/)
  })
})
