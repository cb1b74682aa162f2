import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { ensureCertificates, rootFile } from '../certificates/certificates.mjs'
import { ensureIdentities } from '../dapr/identities.mjs'
import { root, varDir } from '../machine/paths.mjs'
import { alertReceivers } from '../observability/receivers.mjs'
import { demoAccounts } from '../shop/demo-accounts.mjs'
import { appNames, keptSecrets, keysOf, schemas, secretsFor } from '../shop/secrets.mjs'
import { accountsFor, databaseSql } from '../stores/databases.mjs'
import { urlWith } from '../stores/address.mjs'
import { aclLines } from '../stores/redis-accounts.mjs'

/** All that docker-compose.yml mounts and is not in git. */
export const composeHome = path.join(varDir, 'compose')

const ca = '/run/secrets/ca.crt'
/** The database as containers reach it. */
export const mysqlInside = `mysql://mysql:3306?ssl-mode=VERIFY_IDENTITY&ssl-ca=${ca}`
const redisUrl = `rediss://redis:6379/0?ssl_ca_certs=${ca}`

/** The folder is its owner's alone. In it containers read as users of their own, which is why the files are open. */
const writer = (home) => (name, text) => {
  const file = path.join(home, name)
  // A container sees the file that was there when it started: what is the same stays that file.
  if (existsSync(file) && readFileSync(file, 'utf8') === text) return
  mkdirSync(path.dirname(file), { recursive: true })
  writeFileSync(`${file}.tmp`, text, { mode: 0o644 })
  chmodSync(`${file}.tmp`, 0o644)
  renameSync(`${file}.tmp`, file)
}

const hash = (text) => createHash('sha256').update(text).digest('hex')

/** Quoted, as a certificate has many lines. */
const environment = (values) =>
  Object.entries(values)
    .map(([name, value]) => `${name}="${value}"\n`)
    .join('')

const administratorNames = ['mysql-root', 'redis-operator', 'grafana-admin']

const moreKeys = (home) =>
  keptSecrets(path.join(home, 'administrators.json'), { random: administratorNames })

const redisConf = `port 0
tls-port 6379
tls-cert-file /run/secrets/redis.crt
tls-key-file /run/secrets/redis.key
tls-ca-cert-file ${ca}
tls-auth-clients no
tls-protocols "TLSv1.2 TLSv1.3"
aclfile /run/secrets/redis.acl
# Without it whoever has not said yet who he is would have to be on this machine.
protected-mode no
dir /data
appendonly yes
appendfsync everysec
save ""
maxmemory 56mb
maxmemory-policy noeviction
`

/** Who does not say who he is may ask whether somebody is there. */
const acl = (keys, operator) =>
  [
    'user default reset on nopass +ping',
    `user operator reset on #${hash(operator)} ~* &* +@all`,
    ...aclLines(keys, hash),
  ]
    .map((line) => `${line}\n`)
    .join('')

const readYaml = async (file) => {
  const { parse } = await import('yaml') // there only after `npm ci`
  return parse(readFileSync(path.join(root, file), 'utf8'))
}

/** What its own Configuration lets a sidecar read, and what the components need that it loads. */
const secretNamesOf = async (app) => {
  const { spec } = await readYaml(`deploy/docker/dapr/${app}.yaml`)
  const components = await Promise.all(
    ['pubsub', 'state'].map((name) => readYaml(`components/${name}.yaml`)),
  )
  const usesRedis = components.some(({ scopes }) => scopes.includes(app))
  return [...(spec.secrets.scopes[0].allowedSecrets ?? []), ...(usesRedis ? redisNames : [])]
}

const redisNames = ['redis-host', 'redis-username', 'redis-password', 'redis-db', 'redis-tls']

const openKeys = (folder) => {
  for (const each of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (each.name === 'ca.key') continue // no container signs certificates
    const place = path.join(each.parentPath ?? each.path, each.name)
    chmodSync(place, each.isDirectory() ? 0o755 : 0o644)
  }
}

const certificates = async (home) => {
  const folder = path.join(home, 'certs')
  await ensureCertificates(folder)
  await ensureIdentities(path.join(folder, 'sentry'))
  openKeys(folder)
  return folder
}

/** Where alerts are told: nobody listens until somebody writes an address there. */
const writeReceivers = (home, write) => {
  for (const name of alertReceivers().map((each) => `alertmanager/${each}-url`)) {
    if (!existsSync(path.join(home, name))) write(name, 'http://127.0.0.1:9/nobody-listens')
  }
}

const writeStores = (write, { keys, accounts, administrators }) => {
  write('mysql/root', administrators['mysql-root'])
  const statements = databaseSql(accounts, keys, 'SSL')
  write('mysql/accounts.sql', statements.map((statement) => `${statement};\n`).join(''))
  write('grafana/admin', administrators['grafana-admin'])
  write('redis/redis.conf', redisConf)
  write('redis/users.acl', acl(keys, administrators['redis-operator']))
}

const writeApps = async (write, { keys, accounts, anchors }) => {
  const of = (user) => ({ user, password: keys[`redis-${user}`] })
  const redis = { url: redisUrl, db: 0, dapr: of('dapr'), gateway: of('gateway') }
  const all = secretsFor({ keys, accounts, redis, mysqlUrl: mysqlInside })
  for (const app of appNames) {
    const own = (await secretNamesOf(app)).map((name) => [name, all[name]])
    write(`secrets/${app}.json`, `${JSON.stringify(Object.fromEntries(own), undefined, 2)}\n`)
    const tokens = {
      DAPR_API_TOKEN: keys[`dapr-api-token-${app}`],
      APP_API_TOKEN: keys[`app-api-token-${app}`],
    }
    write(`env/${app}.env`, environment(tokens))
  }
  write('env/sidecars.env', environment({ DAPR_TRUST_ANCHORS: anchors }))
  for (const name of schemas) {
    const { schema: database, migrator: user } = accounts[name]
    const url = urlWith(mysqlInside, { user, password: keys[`mysql-${name}-migrator`], database })
    write(`env/migrate-${name}.env`, environment({ MICROMART_MIGRATE_URL: url }))
  }
}

/**
 * Writes the secrets, certificates and settings of a shop in Compose; what is there and good stays.
 * @returns `{ keys, accounts, people }`
 */
export const writeComposeFiles = async (home = composeHome) => {
  mkdirSync(home, { recursive: true, mode: 0o700 })
  chmodSync(home, 0o700)
  const write = writer(home)
  const keys = keysOf(home)
  const accounts = accountsFor()
  const folder = await certificates(home)
  const anchors = readFileSync(rootFile(path.join(folder, 'sentry')), 'utf8').trim()
  writeStores(write, { keys, accounts, administrators: moreKeys(home) })
  writeReceivers(home, write)
  await writeApps(write, { keys, accounts, anchors })
  mkdirSync(path.join(home, 'mailbox'), { recursive: true })
  chmodSync(path.join(home, 'mailbox'), 0o777)
  return { keys, accounts, people: demoAccounts(home) }
}
