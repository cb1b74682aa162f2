import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { freePorts } from '../../machine/ports.mjs'
import { demoAccounts, peopleOf } from '../../shop/demo-accounts.mjs'
import { portsNeeded, renderShop } from '../../shop/render.mjs'
import { readRunFile } from '../../shop/run-file-yaml.mjs'
import { keysOf, schemas, secretsFor } from '../../shop/secrets.mjs'
import { accountsFor, createDatabases } from '../../stores/databases.mjs'
import { addressFor } from '../../stores/migrations.mjs'
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
      const { schema, migrator } = accounts[name]
      const url = addressFor(mysqlUrl, migrator, keys[`mysql-${name}-migrator`], schema)
      const env = { MICROMART_MIGRATE_URL: url }
      return containers.runOnce(`migrate-${name}`, images[name], { args: ['src/migrate.ts'], env })
    }),
  )

const seedPeople = (containers, images, { mysqlUrl, accounts, keys, people }) =>
  containers.runOnce('seed-accounts', images.user, {
    args: ['src/seed-accounts.ts'],
    env: {
      USER_DATABASE_URL: addressFor(
        mysqlUrl,
        accounts.user.user,
        keys['mysql-user'],
        accounts.user.schema,
      ),
    },
    input: JSON.stringify(peopleOf(people)),
  })

const tokens = (keys) => ({
  DAPR_API_TOKEN: keys['dapr-api-token'],
  APP_API_TOKEN: keys['app-api-token'],
})

const appEnvironment = (app, common, keys) => ({
  ...common.env,
  ...app.env,
  ...tokens(keys),
  APP_ID: app.appID,
  ...(app.appPort && { APP_PORT: app.appPort }),
  DAPR_HTTP_PORT: app.daprHTTPPort,
  DAPR_GRPC_PORT: app.daprGRPCPort,
})

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
    config: app.configFilePath ?? common.configFilePath,
    'log-level': 'warn',
  }),
  ...(app.resourcesPaths ?? common.resourcesPaths).flatMap((folder) => [
    '--resources-path',
    folder,
  ]),
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
  return {
    apps,
    ports,
    people,
    startApp: (app) =>
      containers.start(app.appID, images[app.appID], { env: appEnvironment(app, common, keys) }),
    startSidecar: (app) =>
      containers.start(`${app.appID}-dapr`, images.daprd, {
        args: sidecarArguments(app, common),
        env: { ...tokens(keys), DAPR_HOST_IP: '127.0.0.1', ZIPKIN_SPANS_URL: '', GOMAXPROCS: '1' },
      }),
  }
}
