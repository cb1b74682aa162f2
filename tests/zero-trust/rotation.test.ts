import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { randomBytes, randomUUID } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { type App, apps } from '@micromart/contracts'
import type { Connection, RowDataPacket } from 'mysql2/promise'
import { pidOnPort } from '../support/processes.ts'
import { tokenOf } from '../support/rpcs.ts'
import { call, eventually, secret, shop } from '../support/shop.ts'
import { addToCart, loginAs, newMember, newProduct, placeOrder } from '../support/shopper.ts'
import { openMysql } from '../support/stores.ts'

/**
 * The provider's: a sidecar that starts its runtime anew at a SIGHUP counts and traces nothing from then on (Dapr 1.18), which other
 * tests would miss of any other.
 */
const name = 'mysql-provider'

let admin: string
let server: Connection

beforeAll(async () => {
  admin = await loginAs('admin')
  server = await openMysql(shop.mysql)
})
afterAll(() => server.end())

const kindOf = async (): Promise<'mariadb' | 'mysql'> => {
  const [rows] = await server.query<RowDataPacket[]>('SELECT VERSION() AS version')
  return /mariadb/i.test(String(rows[0]?.['version'])) ? 'mariadb' : 'mysql'
}

/** What docs/security/rotation.md says: both passwords for a while, then the new one. */
const statements = {
  mariadb: {
    both: `ALTER USER ?@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD(?) OR mysql_native_password USING PASSWORD(?)`,
    last: `ALTER USER ?@'%' IDENTIFIED VIA mysql_native_password USING PASSWORD(?)`,
  },
  mysql: {
    both: `ALTER USER ?@'%' IDENTIFIED BY ? RETAIN CURRENT PASSWORD`,
    last: `ALTER USER ?@'%' DISCARD OLD PASSWORD`,
  },
} as const

/** The shop's secret store holds another value from its sidecars' next look on. */
const keep = (value: string): void => {
  const all = JSON.parse(readFileSync(shop.secrets, 'utf8')) as Record<string, string>
  writeFileSync(`${shop.secrets}.new`, JSON.stringify({ ...all, [name]: value }), { mode: 0o600 })
  renameSync(`${shop.secrets}.new`, shop.secrets)
}

const isOk = (url: string) =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    ({ ok }) => ok,
    () => false,
  )

/** The secret as an app's sidecar gives it; undefined while the sidecar is away. */
const told = async (app: App): Promise<string | undefined> => {
  const url = `http://127.0.0.1:${shop.ports[app]!.daprHttp}/v1.0/secrets/secrets/${name}`
  const headers = { 'dapr-api-token': tokenOf(app, 'dapr') }
  try {
    const answer = await fetch(url, { headers, signal: AbortSignal.timeout(2000) })
    return ((await answer.json()) as Record<string, string>)[name]
  } catch {
    return undefined
  }
}

/** A local sidecar reads its file of secrets when it starts, and an app its secrets when it does. */
const renew = async (app: App, value: string): Promise<void> => {
  const { http, daprHttp } = shop.ports[app]!
  process.kill(pidOnPort(daprHttp), 'SIGHUP')
  await eventually(
    () => told(app),
    (now) => now === value,
    40_000,
  )
  const before = pidOnPort(http)
  process.kill(before, 'SIGTERM')
  await eventually(
    async () => {
      const ready = await isOk(`http://127.0.0.1:${http}/readyz`)
      return ready && pidOnPort(http) !== before
    },
    (done) => done,
    40_000,
  )
}

const logsIn = (url: string) =>
  openMysql(url).then(
    async (connection) => {
      await connection.end()
      return true
    },
    () => false,
  )

it('S59 a database password is replaced while the shop is open', async () => {
  const { both, last } = statements[await kindOf()]
  const isMaria = both.includes('mysql_native_password')
  const old = secret(name)
  const renewed = new URL(old)
  renewed.password = randomBytes(24).toString('base64url')
  const { username: user, password } = renewed
  const member = await newMember()
  const seen = new Map<number, number>()
  const closing = new AbortController()
  const shopping = async () => {
    while (!closing.signal.aborted) {
      const { status } = await call('GET', '/v1/orders', { token: member.token })
      seen.set(status, (seen.get(status) ?? 0) + 1)
      expect((await call('GET', '/v1/products?limit=1')).status).toBe(200)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
  const replacing = async () => {
    await server.query(both, isMaria ? [user, new URL(old).password, password] : [user, password])
    expect([await logsIn(old), await logsIn(renewed.href)]).toEqual([true, true])
    keep(renewed.href)
    await renew(apps.provider, renewed.href)
    await server.query(last, isMaria ? [user, password] : [user])
  }

  await Promise.all([shopping(), replacing().finally(() => closing.abort())])

  expect([await logsIn(old), await logsIn(renewed.href)]).toEqual([false, true])
  expect([...seen.keys()]).toEqual([200])
  const { sku } = await newProduct(admin)
  await addToCart(member, sku)
  const key = randomUUID()
  await eventually(
    () => placeOrder(member, { key }),
    ({ status }) => status === 201,
    30_000,
  )
}, 180_000)
