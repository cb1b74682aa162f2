import { describe, expect, it } from '@jest/globals'
import { connect } from 'node:net'
import path from 'node:path'
import { readFileSync } from 'node:fs'
import { apps } from '@micromart/contracts'
import { silentLog } from '@micromart/kernel'
import { addressOf, openDatabase } from '@micromart/store'
import { Redis } from 'ioredis'
import { createConnection } from 'mysql2/promise'
import { openRedis as openGatewayRedis } from '../../gateway/src/limits/redis.ts'
import { startBareSidecar } from '../support/bare-sidecar.ts'
import { pidOnPort } from '../support/processes.ts'
import { call, secret, shop } from '../support/shop.ts'
import { openMysql, openRedis } from '../support/stores.ts'

if (!shop.tls) process.stderr.write('skipped: the stores of this shop speak plainly\n')
const tls = shop.tls ? describe : describe.skip

/** Another CA than the stores': the one of the gateway and the provider. */
const otherCa = path.join(shop.certificates, 'ca.crt')
type Keys = Readonly<Record<string, string>>

const owners = ['product', 'user', 'order', 'payment', 'provider']

const withCa = (url: string, name: string, file: string): string => {
  const changed = new URL(url)
  changed.searchParams.set(name, file)
  return changed.href
}

const without = (url: string): string => {
  const plain = new URL(url)
  plain.search = ''
  return plain.href
}

const fault = (work: Promise<unknown>): Promise<NodeJS.ErrnoException | undefined> =>
  work.then(
    () => undefined,
    (error: NodeJS.ErrnoException) => error,
  )

tls('MySQL', () => {
  // MariaDB says "access denied", as of a wrong password.
  const refusal = /^ER_(SECURE_TRANSPORT_REQUIRED|ACCESS_DENIED_ERROR)$/

  it.each(owners)('refuses the account of %s without TLS and serves it with', async (owner) => {
    const url = secret(`mysql-${owner}`)
    expect((await fault(openMysql(without(url))))?.code).toMatch(refusal)
    const connection = await openMysql(url)
    const [rows] = await connection.query("SHOW SESSION STATUS LIKE 'Ssl_version'")
    await connection.end()
    expect(rows).toEqual([
      { Variable_name: 'Ssl_version', Value: expect.stringMatching(/TLSv1\.[23]/) },
    ])
  })

  it('refuses the administrator and who migrates without TLS, too', async () => {
    const home = path.dirname(shop.secrets)
    const keys = JSON.parse(readFileSync(path.join(home, 'keys.json'), 'utf8')) as Keys
    const migrator = new URL(secret('mysql-order'))
    migrator.username = migrator.username.replace('mm_order', 'mm_order_ddl')
    migrator.password = keys['mysql-order-migrator'] ?? ''
    for (const url of [shop.mysql, migrator.href]) {
      expect((await fault(openMysql(without(url))))?.code).toMatch(refusal)
      await (await openMysql(url)).end()
    }
  })

  it('is not believed with another CA or under another name', async () => {
    const url = secret('mysql-order')
    const strange = openDatabase({ url: withCa(url, 'ssl-ca', otherCa), entities: [] })
    await expect(strange).rejects.toThrow(/^the database at .* does not prove who it is: .*certif/)
    const { port } = addressOf(url)
    const stream = () => connect(port, '127.0.0.1')
    const renamed = createConnection({ ...addressOf(url), host: 'mysql.example', stream })
    await expect(renamed).rejects.toThrow(/altnames/)
  })
})

tls('Redis', () => {
  const plainly = (url: string) => new Redis(url, { lazyConnect: true, retryStrategy: () => null })

  it('refuses a client without TLS and serves one with', async () => {
    const plain = plainly(without(shop.redis).replace('rediss:', 'redis:'))
    plain.on('error', () => {})
    await expect(plain.connect().then(() => plain.ping())).rejects.toThrow()
    const redis = openRedis(shop.redis)
    expect(await redis.ping()).toBe('PONG')
    redis.disconnect()
  })

  it('is not believed with another CA or under another name', async () => {
    const ca = readFileSync(otherCa)
    const own = readFileSync(new URL(shop.redis).searchParams.get('ssl_ca_certs') ?? '')
    for (const options of [{ ca }, { ca: own, servername: 'redis.example' }]) {
      const redis = new Redis(shop.redis, {
        tls: options,
        lazyConnect: true,
        retryStrategy: () => null,
      })
      const said: string[] = []
      redis.on('error', ({ message }) => said.push(message))
      await expect(redis.connect()).rejects.toThrow()
      expect(said.join()).toMatch(/certificate|altnames/)
    }
  })

  it('is not believed by the gateway with another CA', async () => {
    const causes: unknown[] = []
    const log = { ...silentLog, warn: ({ cause }: { cause?: unknown }) => void causes.push(cause) }
    const good = await openGatewayRedis(secret('redis-gateway'), log)
    expect(await good.client.ping()).toBe('PONG')
    await good[Symbol.asyncDispose]()
    const strange = withCa(secret('redis-gateway'), 'ssl_ca_certs', otherCa)
    await using bad = await openGatewayRedis(strange, log)
    await expect(bad.client.ping()).rejects.toThrow()
    expect(String(causes)).toMatch(/certificate/)
  })

  it('is not believed by a sidecar with another CA', async () => {
    const strange = startBareSidecar(apps.cart, { db: 10, topics: [], ca: otherCa })
    await expect(strange).rejects.toThrow(/certificate signed by unknown authority/)
  })
})

tls('the payment provider', () => {
  const { http, tls: port } = shop.ports[apps.provider]!
  const charges = '/v1/charges?key=none'
  const headers = { authorization: `Bearer ${secret('provider-key')}` }

  it('serves its API by HTTPS alone', async () => {
    const secure = await fetch(`https://127.0.0.1:${port}${charges}`, { headers })
    expect([secure.status, await secure.json()]).toEqual([404, { code: 'key_unknown' }])
    const health = await fetch(`http://127.0.0.1:${http}${charges}`, { headers })
    expect([health.status, await health.json()]).toEqual([404, { code: 'route_unknown' }])
    await expect(fetch(`http://127.0.0.1:${port}${charges}`, { headers })).rejects.toThrow()
  })

  it('is called, and calls back, by HTTPS', () => {
    const environmentOf = (app: string) => {
      const pid = pidOnPort(shop.ports[app]!.http)
      const lines = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0')
      return Object.fromEntries(lines.map((line) => line.split(/=(.*)/s)))
    }
    expect(environmentOf(apps.payment)['PROVIDER_URL']).toBe(`https://127.0.0.1:${port}`)
    const back = new URL(String(environmentOf(apps.provider)['PROVIDER_WEBHOOK_URL']))
    expect(back.origin).toBe(shop.secure)
  })
})

describe('the gateway', () => {
  it('serves the shop by HTTPS, which clients that know its CA believe', async () => {
    const answer = await fetch(`${shop.secure}/v1/products?limit=1`)
    expect(answer.status).toBe(200)
    expect(answer.headers.get('strict-transport-security')).toMatch(/^max-age=31536000/)
    expect((await call('GET', '/livez')).headers.has('strict-transport-security')).toBe(false)
  })
})
