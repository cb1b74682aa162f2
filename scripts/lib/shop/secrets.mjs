import { randomBytes } from 'node:crypto'
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { hostOf, isTls, urlWith } from '../stores/address.mjs'

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

/** All apps of dapr.yaml. */
export const appNames = [...schemas, 'cart', 'gateway']

/**
 * Secrets that are made once and kept in a private file.
 * @param wanted `{ random, keys }`: names of passwords and tokens, and of keys of 32 bytes in base64
 */
export const keptSecrets = (file, { random, keys = [] }) => {
  const secrets = readJson(file)
  for (const name of random) secrets[name] ??= randomSecret()
  for (const name of keys) secrets[name] ??= randomBytes(32).toString('base64')
  writePrivate(file, secrets)
  return secrets
}

/**
 * Passwords and keys of a shop, made once and kept in `keys.json`: the serving and the migrating account of each
 * schema, Redis' two accounts, the keys that services read, the tokens between each app and its own sidecar.
 */
export const keysOf = (home) => {
  const random = [
    ...schemas.flatMap((name) => [`mysql-${name}`, `mysql-${name}-migrator`]),
    'redis-dapr',
    'redis-gateway',
    'provider-key',
    'provider-webhook-key',
    ...appNames.flatMap((app) => [`dapr-api-token-${app}`, `app-api-token-${app}`]),
  ]
  return keptSecrets(path.join(home, 'keys.json'), {
    random,
    keys: ['signing-kek', 'order-token-key'],
  })
}

/**
 * What the shop's secret store holds: flat names, one value each. Migrators' passwords are not among them: no app needs one.
 */
export const secretsFor = ({ keys, accounts, redis, mysqlUrl }) => ({
  ...Object.fromEntries(
    schemas.map((name) => {
      const { user, schema: database } = accounts[name]
      const password = keys[`mysql-${name}`]
      return [`mysql-${name}`, urlWith(mysqlUrl, { user, password, database })]
    }),
  ),
  'redis-host': hostOf(redis.url, 6379),
  'redis-username': redis.dapr.user,
  'redis-password': redis.dapr.password,
  'redis-db': String(redis.db),
  'redis-tls': String(isTls(redis.url)),
  'redis-gateway': urlWith(redis.url, { ...redis.gateway, database: redis.db }),
  'signing-kek': keys['signing-kek'],
  'order-token-key': keys['order-token-key'],
  'provider-key': keys['provider-key'],
  'provider-webhook-key': keys['provider-webhook-key'],
})
