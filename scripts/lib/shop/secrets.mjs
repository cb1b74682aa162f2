import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

/** Reads a JSON file; an empty object when there is none. */
export const readJson = (file) => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {})

/** Writes a JSON file that only its owner may read, whole or not at all. */
export const writePrivate = (file, value) => {
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(`${file}.tmp`, `${JSON.stringify(value, undefined, 2)}\n`, { mode: 0o600 })
  chmodSync(`${file}.tmp`, 0o600)
  renameSync(`${file}.tmp`, file)
}

export const randomSecret = (bytes = 24) => randomBytes(bytes).toString('base64url')

/** The services with a MySQL schema of their own. */
export const schemas = ['product', 'user', 'order', 'payment', 'provider']

/**
 * Passwords and keys of a shop, made once and kept in `keys.json`: the serving and the migrating account of each
 * schema, Redis' two accounts, the keys that services read, the tokens between apps and sidecars.
 */
export const keysOf = (home) => {
  const file = path.join(home, 'keys.json')
  const keys = readJson(file)
  const names = [
    ...schemas.flatMap((name) => [`mysql-${name}`, `mysql-${name}-migrator`]),
    'redis-dapr',
    'redis-gateway',
    'provider-key',
    'provider-webhook-key',
    'dapr-api-token',
    'app-api-token',
  ]
  for (const name of names) keys[name] ??= randomSecret()
  for (const name of ['signing-kek', 'order-token-key']) {
    keys[name] ??= randomBytes(32).toString('base64')
  }
  writePrivate(file, keys)
  return keys
}

const address = (url) => {
  const { hostname, port } = new URL(url)
  return { mysql: `${hostname}:${port || 3306}`, redis: `${hostname}:${port || 6379}` }
}

/**
 * What the shop's secret store holds: flat names, one value each. Migrators' passwords are not among them, since
 * every app may read the store.
 */
export const secretsFor = ({ keys, accounts, redis, mysqlUrl }) => ({
  ...Object.fromEntries(
    schemas.map((name) => [
      `mysql-${name}`,
      `mysql://${accounts[name].user}:${keys[`mysql-${name}`]}@${address(mysqlUrl).mysql}/${accounts[name].schema}`,
    ]),
  ),
  'redis-host': address(redis.url).redis,
  'redis-username': redis.dapr.user,
  'redis-password': redis.dapr.password,
  'redis-db': String(redis.db),
  'redis-gateway': `redis://${encodeURIComponent(redis.gateway.user)}:${encodeURIComponent(redis.gateway.password)}@${address(redis.url).redis}/${redis.db}`,
  'signing-kek': keys['signing-kek'],
  'order-token-key': keys['order-token-key'],
  'provider-key': keys['provider-key'],
  'provider-webhook-key': keys['provider-webhook-key'],
})
