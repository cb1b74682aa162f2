import { mkdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { installDapr } from '../dapr/install.mjs'
import { daprd } from '../dapr/programs.mjs'
import { accountsFor, dropDatabases } from '../stores/databases.mjs'
import { reportFault } from '../terminal/fault.mjs'
import { isTls } from '../stores/address.mjs'
import { dropRedisData } from '../stores/redis-accounts.mjs'
import { writePrivate } from '../shop/secrets.mjs'
import { seedCatalogue } from '../shop/seed-catalogue.mjs'
import { startShop } from '../shop/shop.mjs'
import { installFuzzer } from './fuzzer.mjs'
import { countsOf, runJest } from './jest.mjs'
import { openStores } from '../stores/stores.mjs'

const given = {
  mysqlUrl: process.env.MICROMART_TEST_MYSQL_URL || undefined,
  redisUrl: process.env.MICROMART_TEST_REDIS_URL || undefined,
}

const testStores = ({ home, run, say, label, tls }) =>
  say.step('Stores for the tests', { usually: '2 to 5 s' }, () =>
    openStores({
      ...given,
      home,
      logDir: path.join(home, 'log'),
      ports: { mysql: 7611, redis: 7612 },
      durable: false,
      label,
      tls,
      run,
      say,
    }),
  )

/** The end-to-end shop trusts nobody, as Compose and Kubernetes do; a store that the caller named speaks as its address says. */
const protection = {
  zeroTrust: process.env.MICROMART_ZERO_TRUST !== '0',
  tls:
    process.env.MICROMART_ZERO_TRUST !== '0' &&
    Object.values(given).every((url) => url === undefined || isTls(url)),
}

const otherDatabase = (redisUrl, db) => {
  const url = new URL(redisUrl)
  url.pathname = `/${db}`
  return url.href
}

// A server that the caller named may hold another shop's schemas: those are never touched.
const suffix = given.mysqlUrl ? '_e2e' : ''

// Without a catalogue most tests still can say something, and those that can't will fail.
const seed = ({ urls, accounts, home }) =>
  seedCatalogue({
    gateway: urls.gateway,
    admin: accounts.admin,
    state: path.join(home, 'seed.json'),
  }).catch(reportFault)

const testShop = async ({ home, run, say }) => {
  const storeHome = path.join(home, 'e2e')
  mkdirSync(path.join(storeHome, 'log'), { recursive: true })
  const { tls } = protection
  const stores = { home: storeHome, run, say, label: 'e2e-', tls }
  const { mysqlUrl, redisUrl } = await testStores(stores)
  const ownRedis = otherDatabase(redisUrl, 9)
  const folder = path.join(home, 'shop')
  rmSync(folder, { recursive: true, force: true })
  await dropDatabases(mysqlUrl, accountsFor(suffix))
  await dropRedisData(ownRedis, suffix)
  const shop = await startShop({
    home: folder,
    mysqlUrl,
    redisUrl: ownRedis,
    suffix,
    ...protection,
    run,
    say,
    // What was in flight when a consumer is killed comes again after seconds, not half a minute.
    pubsub: { redeliverInterval: '2s', processingTimeout: '30s' },
  })
  await say.step('Catalogue', { usually: '3 to 10 s' }, () => seed(shop))
  const file = path.join(home, 'shop.json')
  const { urls, accounts, ports, secrets, mailbox, certificates, daprd } = shop
  const { gateway, secure, zipkin } = urls
  writePrivate(file, {
    gateway,
    secure,
    ...protection,
    identities: 'spiffe://public/ns/default/',
    address: '127.0.0.1',
    logs: ['log/**/*.log', '.dapr/logs/**/*.log'].map((pattern) => path.join(folder, pattern)),
    daprd,
    accounts,
    ports,
    mysql: mysqlUrl,
    redis: ownRedis,
    secrets,
    certificates,
    mailbox,
    zipkin,
  })
  return { MICROMART_E2E: file, NODE_EXTRA_CA_CERTS: path.join(certificates, 'ca.crt') }
}

// Slow is not wrong: builds and other shops may share the cores.
const twoAtOnce = ['--maxWorkers=2', '--testTimeout=30000']
// One shop serves all files; some of them count its calls or stop its services.
const oneByOne = ['--runInBand', '--testTimeout=60000']

const prepared = {
  unit: async () => ({ extra: twoAtOnce }),
  service: async (context) => {
    const { mysqlUrl, redisUrl } = await context.stores()
    const sidecar = await installDapr(daprd, context.say, path.join(context.home, 'log'))
    const env = {
      MICROMART_TEST_MYSQL_URL: mysqlUrl,
      MICROMART_TEST_REDIS_URL: redisUrl,
      MICROMART_DAPRD: sidecar,
    }
    return { extra: twoAtOnce, env }
  },
  e2e: async ({ shop }) => ({ extra: oneByOne, env: await shop() }),
  fuzz: async (context) => {
    const { python, missing } = await installFuzzer(context.say, path.join(context.home, 'log'))
    const fuzzer = python ? { MICROMART_FUZZER: python } : { MICROMART_FUZZER_MISSING: missing }
    return { extra: oneByOne, env: { ...fuzzer, ...(await context.shop()) } }
  },
}

const seconds = (since) => `${((Date.now() - since) / 1000).toFixed(1)} s`

/**
 * Runs the kinds of tests one after the other, each with what it needs; all of them, whatever fails.
 * @param isOver whether a signal is ending this process: what would be started from then on nobody stopped
 * @returns `{ totals: { passed, failed, skipped }, times: [{ name, took }], broken }`
 */
export const runStages = async (names, { jestArgs, isOver, ...context }) => {
  mkdirSync(path.join(context.home, 'log'), { recursive: true })
  let opened
  const stores = () => (opened ??= testStores(context))
  let started
  const shop = () => (started ??= testShop(context))
  const totals = { passed: 0, failed: 0, skipped: 0 }
  const times = []
  let broken = false
  for (const name of names) {
    if (isOver()) await new Promise(() => {})
    const began = Date.now()
    const { extra, env } = await prepared[name]({ ...context, stores, shop })
    if (seconds(began) !== '0.0 s') times.push({ name: `preparing ${name}`, took: seconds(began) })
    const testing = Date.now()
    context.say.line(`\n> Tests: ${name}`)
    const result = await runJest(name, { home: context.home, jestArgs, env, extra })
    times.push({ name, took: seconds(testing) })
    for (const [key, count] of Object.entries(countsOf(result))) totals[key] += count
    broken ||= result.code !== 0
  }
  return { totals, times, broken }
}
