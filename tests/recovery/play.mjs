import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { connectProvider } from '../../scripts/lib/backup/provider-ledger.mjs'
import { reconcile } from '../../scripts/lib/backup/reconcile.mjs'
import { planRestore, restoreMysql } from '../../scripts/lib/backup/restore-mysql.mjs'
import { cutRedis } from '../../scripts/lib/backup/restore-redis.mjs'
import { makeBase, prepareBackup, startBackup } from '../../scripts/lib/backup/run-backup.mjs'
import { shopDatabases } from '../../scripts/lib/backup/shop-stores.mjs'
import { waitUntilReady } from '../../scripts/lib/shop/ready.mjs'
import { readJson } from '../../scripts/lib/shop/secrets.mjs'
import { urlWith } from '../../scripts/lib/stores/address.mjs'
import { connectMysql } from '../../scripts/lib/stores/mysql.mjs'
import { publishers, republishAll } from '../../scripts/lib/stores/republish.mjs'
import { openWorld } from '../chaos/experiment.ts'
import { openHistory, operationsOf } from '../chaos/load/history.ts'
import { startLoad } from '../chaos/load/workers.ts'
import { booksAtRest, ledgerNow, remaining } from './evidence.mjs'
import { watchLag } from './lag.mjs'

const warmUpMs = 8000

/** The database that somebody drops. */
const lost = 'micromart_order'

const timed = async (work) => {
  const began = Date.now()
  const result = await work()
  return { result, ms: Date.now() - began }
}

const backUp = async (shop, { programs, say }) => {
  const dir = path.join(shop.home, 'backups')
  const databases = shopDatabases()
  const env = await prepareBackup({
    home: shop.home,
    into: dir,
    adminUrl: shop.mysqlUrl,
    databases,
    programs,
  })
  const base = await say.step('A base, under load', { usually: '1 to 3 s' }, () =>
    timed(() => makeBase(env)),
  )
  return { dir, databases, baseMs: base.ms, follower: startBackup('follow', env) }
}

/** Under load: the database goes, and the shop sells on as far as it can. */
const lose = async (shop, { say }) => {
  const db = await connectMysql(shop.mysqlUrl)
  const at = new Date()
  await db.query(`DROP DATABASE ${lost}`)
  await db.end()
  say.line(`> ${lost} is dropped at ${at.toISOString()}`)
  await pause(3000)
  return at
}

const until = (at) => pause(Math.max(0, at - Date.now()))

/**
 * The instant, a whole second, over which payment stands still: orders are caught between their prices and their charge, which comes
 * after the instant. A second is less than what makes a sidecar give it up.
 */
const caughtInstant = async (shop) => {
  const at = Math.ceil(Date.now() / 1000) * 1000 + 1000
  await until(at - 700)
  shop.processes.signal('payment', 'SIGSTOP')
  await until(at + 300)
  shop.processes.signal('payment', 'SIGCONT')
  return new Date(at)
}

/** All but the provider, which is the bank's. */
const halt = async (shop) => {
  const apps = shop.apps.filter((app) => app !== 'provider')
  await Promise.all(apps.map((app) => shop.processes.halt(app)))
  await shop.stores.kill('redis')
  // What a sidecar has in hand is of after the instant.
  for (const app of apps) shop.processes.signal(`${app}-sidecar`, 'SIGKILL')
  return apps
}

const orderAndPayment = (mysqlUrl) =>
  Object.fromEntries(
    ['order', 'payment'].map((name) => [
      name,
      urlWith(mysqlUrl, { database: `micromart_${name}` }),
    ]),
  )

const restore = async (shop, { dir, databases }, { instant, settings }) => {
  const { programs, say } = settings
  const plan = await timed(() => planRestore({ from: dir, until: instant, programs, databases }))
  const log = path.join(shop.logDir, 'redis-cut.log')
  await cutRedis({ folder: path.join(shop.home, 'redis'), until: instant, log })
  await shop.stores.restart('redis', shop.keys)
  const loaded = await say.step('The databases', {}, () =>
    timed(() => restoreMysql({ adminUrl: shop.mysqlUrl, programs, databases, plan: plan.result })),
  )
  return { cut: plan.result.cut, planMs: plan.ms, loadMs: loaded.ms }
}

/** Twice: the second time has nothing left to pay back. */
const balance = async (shop, { instant, settings }) => {
  if (!settings.reconciles)
    return { first: { charges: [], told: 0 }, second: { charges: [] }, ms: 0 }
  const key = readJson(shop.secrets)['provider-key']
  const provider = connectProvider({ url: `http://127.0.0.1:${shop.ports.provider.http}`, key })
  const context = { urls: orderAndPayment(shop.mysqlUrl), provider, instant }
  const first = await timed(() => reconcile(context))
  return { first: first.result, second: await reconcile(context), ms: first.ms }
}

const startAgain = async (shop, apps) => {
  for (const app of apps) await shop.processes.renew(app)
  const { ports, home, logDir } = shop
  await waitUntilReady({ ports, home, logDir, dapr: {}, progress: () => {} })
}

/** The orders that shoppers were told are paid. */
const paidIn = (history) => [
  ...new Set(
    operationsOf(history.entries).flatMap(({ order, outcome }) =>
      outcome === 'ok' && order?.status === 'PAID' ? [order.id] : [],
    ),
  ),
]

/** Shoppers buy, a base is made, the log followed; then the database goes. */
const untilLost = async (shop, { world, history }, settings) => {
  const { seconds, workers, lostSeconds } = settings
  const load = startLoad(world, workers)
  await pause(warmUpMs)
  const backup = await backUp(shop, settings)
  const lag = await watchLag(shop.mysqlUrl, backup.dir)
  await pause(seconds * 1000)
  const lagMs = await lag.stop()
  const instant = await caughtInstant(shop)
  await pause(lostSeconds * 1000)
  const lostAt = await lose(shop, settings)
  await load.stop()
  backup.follower.child.kill('SIGTERM')
  await backup.follower.ended
  const ledgerBefore = await ledgerNow(shop.mysqlUrl)
  return { backup, lagMs, lostAt, instant, seen: paidIn(history), ledgerBefore }
}

const bringBack = async (shop, backup, { instant, settings }) => {
  const began = Date.now()
  const apps = await halt(shop)
  const restored = await restore(shop, backup, { instant, settings })
  const balanced = await balance(shop, { instant, settings })
  await settings.say.step('The shop, again', { usually: '15 to 30 s' }, () =>
    startAgain(shop, apps),
  )
  const outageMs = Date.now() - began
  await republishAll({ secrets: readJson(shop.secrets), services: publishers, hours: 1 })
  return { ...restored, balanced, outageMs }
}

/** The whole of it. @returns what was measured and found */
export const playRecovery = async (shop, settings) => {
  const { say, seed, workers, folder } = settings
  await using history = openHistory(path.join(folder, 'history.ndjson'))
  const world = await openWorld(shop, history, { seed, minutes: 1, workers })
  const { backup, ...lost } = await untilLost(shop, { world, history }, settings)
  const back = await bringBack(shop, backup, { instant: lost.instant, settings })
  const later = { random: world.random.fork('again'), open: new Map(), people: new Set() }
  const again = startLoad({ ...world, ...later }, workers)
  await pause(10_000)
  await again.stop()
  const soldAfter = paidIn(history).length - lost.seen.length
  const books = await booksAtRest(world, say)
  const left = await remaining(shop.mysqlUrl)
  return { ...lost, ...back, baseMs: backup.baseMs, books, left, soldAfter }
}
