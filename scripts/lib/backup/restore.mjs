import path from 'node:path'
import { ensureDependencies } from '../machine/dependencies.mjs'
import { shopHome } from '../machine/paths.mjs'
import { beginRun } from '../shop/prepare-shop.mjs'
import { protectionOf } from '../shop/protection.mjs'
import { cleanUp, readRun } from '../shop/run-file.mjs'
import { readJson, writePrivate } from '../shop/secrets.mjs'
import { stopRun } from '../shop/shop.mjs'
import { urlWith } from '../stores/address.mjs'
import { openStores } from '../stores/stores.mjs'
import { Fault } from '../terminal/fault.mjs'
import { planText, reconcileText } from '../terminal/restore-text.mjs'
import { createSay } from '../terminal/say.mjs'
import { ensureClients } from './programs.mjs'
import { startProviderAlone } from './provider-alone.mjs'
import { connectProvider } from './provider-ledger.mjs'
import { reconcile, requireHistory } from './reconcile.mjs'
import { planRestore, restoreMysql } from './restore-mysql.mjs'
import { cutRedis } from './restore-redis.mjs'
import { secretsIn, shopDatabases } from './shop-stores.mjs'

const logDir = path.join(shopHome, 'log')
const noteFile = path.join(shopHome, 'restored.json')

const given = {
  mysqlUrl: process.env.MICROMART_MYSQL_URL || undefined,
  redisUrl: process.env.MICROMART_REDIS_URL || undefined,
}

const requireStopped = async () => {
  await cleanUp(shopHome)
  if (!readRun(shopHome)) return
  throw new Fault('The shop runs', {
    advice: 'Stop it first (npm stop): what it does meanwhile would be lost.',
  })
}

const lastRestore = () => {
  const { at } = readJson(noteFile)
  return at && { at: new Date(at) }
}

/** The stores alone, without the services. */
const withStores = async (say, work) => {
  await requireStopped()
  const run = beginRun(shopHome)
  const stop = () => stopRun(run, shopHome)
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, () => void stop().then(() => process.exit(130)))
  }
  try {
    const { tls } = protectionOf({})
    const options = { home: shopHome, logDir, durable: true, tls, run, say }
    return await work({ ...(await openStores({ ...given, ...options })), run })
  } finally {
    await stop()
  }
}

const ordersAndPayments = (mysqlUrl, secrets) => {
  const [order, payment] = ['order', 'payment'].map((name) =>
    urlWith(mysqlUrl, { database: new URL(secrets[`mysql-${name}`]).pathname.slice(1) }),
  )
  return { order, payment }
}

const balance = async ({ mysqlUrl, run, secrets, instant, really }) => {
  const log = path.join(logDir, 'provider-alone.log')
  const url =
    process.env.MICROMART_PROVIDER_URL ||
    (await startProviderAlone({ secrets, mysqlUrl, run, log }))
  const report = await reconcile({
    urls: ordersAndPayments(mysqlUrl, secrets),
    provider: connectProvider({ url, key: secrets['provider-key'] }),
    instant,
    really,
  })
  console.log(reconcileText(report, instant, really))
  if (!really) return
  const file = path.join(shopHome, 'reconciled.json')
  writePrivate(file, { instant, ...report })
  console.log(`each of them: ${file}`)
  if (report.charges.some(({ action }) => action === 'refused')) process.exitCode = 1
}

/** Balances a stopped shop against the provider's ledger; without `really` it says what it would do. */
export const reconcileShop = async ({ since, really }) => {
  await ensureDependencies()
  const secrets = secretsIn(shopHome)
  const noted = readJson(noteFile).instant
  if (since === undefined && noted === undefined) {
    throw new Fault('No restore has been written down here', {
      advice: 'Name its instant: --since.',
    })
  }
  const instant = since ?? new Date(noted)
  if (instant > new Date()) {
    throw new Fault(`${instant.toISOString()} is yet to come`, {
      advice: 'Name the instant that was restored: --since.',
    })
  }
  await withStores(createSay(), async (stores) => {
    await requireHistory(ordersAndPayments(stores.mysqlUrl, secrets), instant)
    await balance({ ...stores, secrets, instant, really })
  })
}

/** Brings a stopped shop back to an instant. */
export const restoreShop = async ({ until, from, wholeLog, really, redis, reconciles }) => {
  const say = createSay()
  await ensureDependencies(say, logDir)
  const secrets = secretsIn(shopHome)
  const databases = shopDatabases()
  const restored = lastRestore()
  const programs = await ensureClients(say, logDir)
  const plan = await say.step('What the backups hold', { usually: 'seconds' }, () =>
    planRestore({
      from,
      until,
      programs,
      databases: wholeLog ? undefined : databases,
      restored,
    }),
  )
  console.log(planText(plan, until))
  if (!really) {
    console.log('Nothing is changed without --yes.')
    return
  }
  const instant = plan.cut.over
    ? until
    : new Date((plan.cut.last ?? plan.base.time).getTime() + 1000)
  if (redis && given.redisUrl) {
    throw new Fault('Redis is not this shop’s own', {
      advice: 'Restore it by its own means to the instant or before, and say --no-redis.',
    })
  }
  await requireStopped()
  if (redis) {
    const folder = path.join(shopHome, 'redis')
    await cutRedis({ folder, until: instant, log: path.join(logDir, 'redis-cut.log') })
  }
  await withStores(say, async (stores) => {
    await say.step('The databases', { usually: 'as long as they are large' }, () =>
      restoreMysql({ adminUrl: stores.mysqlUrl, programs, databases, plan }),
    )
    writePrivate(noteFile, { instant, at: new Date() })
    if (reconciles) await balance({ ...stores, secrets, instant, really })
  })
  console.log(
    `The shop is as it was at ${instant.toISOString()}. Next: npm start, npm run republish -- --hours 1, npm run books,`,
  )
  console.log('and a new backup: what was copied before leads to the time before.')
}
