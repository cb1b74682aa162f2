import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ensureCertificates } from '../../certificates/certificates.mjs'
import { appEnvironment, sidecarEnvironment } from '../../dapr/environments.mjs'
import { freePorts } from '../../machine/ports.mjs'
import { demoAccounts, peopleOf } from '../../shop/demo-accounts.mjs'
import { portsNeeded, renderShop } from '../../shop/render.mjs'
import { readRunFile } from '../../shop/run-file-yaml.mjs'
import { keysOf, schemas, secretsFor } from '../../shop/secrets.mjs'
import { accountsFor, createDatabases } from '../../stores/databases.mjs'
import { urlWith } from '../../stores/address.mjs'
import { createRedisAccounts } from '../../stores/redis-accounts.mjs'
import { openStores } from '../../stores/stores.mjs'

/** The folder that all containers share is open to their user; the one around it is the caller's alone. */
const openFolder = (home) => {
  const folder = path.join(home, 'shared')
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  chmodSync(home, 0o700)
  chmodSync(folder, 0o777)
  return folder
}

const migrate = (containers, images, { mysqlUrl, accounts, keys }) =>
  Promise.all(
    schemas.map((name) => {
      const { schema: database, migrator: user } = accounts[name]
      const password = keys[`mysql-${name}-migrator`]
      const env = { MICROMART_MIGRATE_URL: urlWith(mysqlUrl, { user, password, database }) }
      return containers.runOnce(`migrate-${name}`, images[name], { args: ['src/migrate.ts'], env })
    }),
  )

const seedPeople = (containers, images, { mysqlUrl, accounts, keys, people }) => {
  const { user, schema: database } = accounts.user
  return containers.runOnce('seed-accounts', images.user, {
    args: ['src/seed-accounts.ts'],
    env: {
      SHOP_ENV: 'local',
      USER_DATABASE_URL: urlWith(mysqlUrl, { user, password: keys['mysql-user'], database }),
    },
    input: JSON.stringify(peopleOf(people)),
  })
}

/** Servers' keys are their owner's alone, and the containers have another user: in this folder they may read them. */
const readableCertificates = async (folder) => {
  const certificates = await ensureCertificates(path.join(folder, 'certs'))
  chmodSync(certificates.folder, 0o755)
  for (const name of readdirSync(certificates.folder)) {
    chmodSync(path.join(certificates.folder, name), 0o644)
  }
  return certificates.folder
}

/** What `dapr run -f` and run-app.mjs would give an app. */
const environmentOf = (app, common, lent) => ({
  ...common.env,
  ...app.env,
  ...appEnvironment(app.appID, lent),
  APP_ID: app.appID,
  ...(app.appPort && { APP_PORT: app.appPort }),
  DAPR_HTTP_PORT: app.daprHTTPPort,
  DAPR_GRPC_PORT: app.daprGRPCPort,
})

const sidecarTuning = { DAPR_HOST_IP: '127.0.0.1', ZIPKIN_SPANS_URL: '', GOMAXPROCS: '1' }

const flags = (values) =>
  Object.entries(values).flatMap(([name, value]) =>
    value === undefined ? [] : [`--${name}`, String(value)],
  )

/** What `dapr run -f` would start the sidecar with; the image names no program. */
const sidecarArguments = (app, common) => [
  '/daprd',
  ...flags({
    'app-id': app.appID,
    'app-port': app.appPort,
    'app-protocol': app.appProtocol,
    'dapr-http-port': app.daprHTTPPort,
    'dapr-grpc-port': app.daprGRPCPort,
    'metrics-port': app.metricsPort,
    'metrics-listen-address': '127.0.0.1',
    'dapr-listen-addresses': '127.0.0.1',
    'dapr-internal-grpc-listen-address': '127.0.0.1',
    config: app.configFilePath,
    'log-level': 'warn',
  }),
  ...common.resourcesPaths.flatMap((folder) => ['--resources-path', folder]),
  ...(app.enableAppHealthCheck ? ['--enable-app-health-check'] : []),
]

/**
 * Stores, databases and settings for a shop whose every process is a container; migrations and accounts are made by the
 * services' own images.
 * @returns `{ apps, ports, people, startApp(app), startSidecar(app) }`
 */
export const prepareTrialShop = async ({ containers, images, home, run, say, logDir }) => {
  const folder = openFolder(home)
  const stores = await openStores({ home, logDir, durable: false, run, say })
  const keys = keysOf(home)
  const accounts = accountsFor()
  const people = demoAccounts(home)
  await createDatabases(stores.mysqlUrl, accounts, keys)
  const redis = await createRedisAccounts({ redisUrl: stores.redisUrl, keys, say })
  const secretsFile = path.join(folder, 'secrets.json')
  writeFileSync(secretsFile, JSON.stringify(secretsFor({ keys, accounts, redis, ...stores })))
  await say.step('Migrations and accounts, by the images', { usually: '5 to 15 s' }, async () => {
    const facts = { ...stores, accounts, keys, people }
    await migrate(containers, images, facts)
    await seedPeople(containers, images, facts)
  })
  const free = await freePorts(portsNeeded())
  const { file, ports } = renderShop({ folder, free, secretsFile })
  const { common, apps } = readRunFile(file)
  const lent = { keys, certificates: await readableCertificates(folder), tls: false, ports }
  return {
    apps,
    ports,
    people,
    startApp: (app) =>
      containers.start(app.appID, images[app.appID], { env: environmentOf(app, common, lent) }),
    startSidecar: (app) =>
      containers.start(`${app.appID}-dapr`, images.daprd, {
        args: sidecarArguments(app, common),
        env: { ...sidecarEnvironment(app.appID, lent), ...sidecarTuning },
      }),
  }
}
