import { readFileSync } from 'node:fs'
import path from 'node:path'
import { certificateFiles, ensureCertificates } from '../../certificates/certificates.mjs'
import { root } from '../../machine/paths.mjs'
import { keptSecrets, schemas, secretsFor } from '../../shop/secrets.mjs'
import { urlWith } from '../../stores/address.mjs'
import { caInPods, certificatesIn, namespaces, servers } from './place.mjs'

const secret = (namespace, name, data) => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { name, namespace },
  stringData: data,
})

const read = (file) => readFileSync(file, 'utf8')

const tlsSecret = (namespace, name, folder) => {
  const { certificate, key } = certificateFiles(folder, name)
  return {
    ...secret(namespace, `${name}-tls`, { 'tls.crt': read(certificate), 'tls.key': read(key) }),
    type: 'kubernetes.io/tls',
  }
}

const certificateHomes = {
  edge: namespaces.edge,
  gateway: namespaces.shop,
  mariadb: namespaces.stores,
  redis: namespaces.stores,
  provider: namespaces.provider,
}

const believers = [namespaces.shop, namespaces.stores, namespaces.provider, namespaces.data]

/** Certificates of a CA of this place's own, each where its server is, and the root wherever somebody believes it. */
export const certificateObjects = async (home) => {
  const { folder, ca } = await ensureCertificates(certificatesIn(home), { servers })
  return [
    ...Object.entries(certificateHomes).map(([name, namespace]) =>
      tlsSecret(namespace, name, folder),
    ),
    ...believers.map((namespace) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'internal-ca', namespace },
      data: { 'ca.crt': read(ca) },
    })),
  ]
}

/** What a shop has in its namespace, in each of these instead: colours have the same. */
export const inSpaces = (objects, spaces) =>
  objects.flatMap((each) =>
    each.metadata.namespace === namespaces.shop
      ? spaces.map((namespace) => ({ ...each, metadata: { ...each.metadata, namespace } }))
      : [each],
  )

/** Passwords of the stores' administrators, made once. */
export const administrators = (home) =>
  keptSecrets(path.join(home, 'administrators.json'), { random: ['mariadb', 'redis'] })

const adminName = 'micromart_admin'

const administratorSql = (
  password,
) => `CREATE USER IF NOT EXISTS '${adminName}'@'%' IDENTIFIED BY '${password}' REQUIRE SSL;
ALTER USER '${adminName}'@'%' IDENTIFIED BY '${password}' REQUIRE SSL;
GRANT ALL PRIVILEGES ON *.* TO '${adminName}'@'%' WITH GRANT OPTION;
`

/** What the stores know their administrators by. */
export const administratorObjects = ({ mariadb, redis }) => [
  secret(namespaces.stores, 'mariadb-administrator', { 'init.sql': administratorSql(mariadb) }),
  secret(namespaces.stores, 'redis-administrator', { 'redis.conf': `requirepass ${redis}\n` }),
]

/**
 * The administrators' addresses of both stores.
 * @param ca the file of the root, for whoever connects
 * @param hosts `{ mariadb: 'host:port', redis }`
 */
export const storeUrls = ({ mariadb, redis }, { ca, hosts }) => ({
  mysqlUrl: `mysql://${adminName}:${mariadb}@${hosts.mariadb}?ssl-mode=VERIFY_IDENTITY&ssl-ca=${encodeURIComponent(ca)}`,
  redisUrl: `rediss://:${redis}@${hosts.redis}/0?ssl_ca_certs=${encodeURIComponent(ca)}`,
})

/** The same for pods. */
export const storeUrlsInside = (passwords) =>
  storeUrls(passwords, {
    ca: caInPods,
    hosts: { mariadb: 'mariadb.micromart-stores:3306', redis: 'redis.micromart-stores:6379' },
  })

const tableFile = path.join(root, 'deploy', 'kubernetes', 'secrets.yaml')

/** Which Secrets the shop wants, by app (deploy/kubernetes/secrets.yaml). Needs `npm ci`. */
const secretTable = async () => {
  const { parse } = await import('yaml')
  return parse(read(tableFile))
}

const some = (all, names) =>
  Object.fromEntries(names.filter((name) => name in all).map((name) => [name, all[name]]))

const appObjects = (app, { tokens, ...files }, { all, keys }) => {
  const [[file, { 'secrets.json': names }]] = Object.entries(files)
  const [sidecarToken, appToken] = tokens
  return [
    secret(namespaces.shop, file, { 'secrets.json': JSON.stringify(some(all, names)) }),
    secret(namespaces.shop, sidecarToken, { token: keys[`dapr-api-token-${app}`] }),
    secret(namespaces.shop, appToken, { token: keys[`app-api-token-${app}`] }),
  ]
}

const migratorObject = (name, { accounts, keys, mysqlUrl }) => {
  const { schema: database, migrator: user } = accounts[name]
  const password = keys[`mysql-${name}-migrator`]
  const url = urlWith(mysqlUrl, { user, password, database })
  return secret(namespaces.data, `${name}-migrator`, { MICROMART_MIGRATE_URL: url })
}

const providerObject = (all) =>
  secret(namespaces.provider, 'provider-environment', {
    PROVIDER_DATABASE_URL: all['mysql-provider'],
    PROVIDER_KEY: all['provider-key'],
    PROVIDER_WEBHOOK_KEY: all['provider-webhook-key'],
  })

/**
 * All Secrets of the shop, the provider and the migrations.
 * @param facts `{ keys, accounts, redis, mysqlUrl }` as of `secretsFor`, with addresses for pods
 */
export const shopSecrets = async (facts) => {
  const all = secretsFor(facts)
  const table = await secretTable()
  return [
    ...Object.entries(table).flatMap(([app, row]) => appObjects(app, row, { all, ...facts })),
    ...schemas.map((name) => migratorObject(name, facts)),
    providerObject(all),
  ]
}
