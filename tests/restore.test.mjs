import { randomUUID } from 'node:crypto'
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, beforeAll, expect, it } from '@jest/globals'
import { ensureClients } from '../scripts/lib/backup/programs.mjs'
import { startProviderAlone } from '../scripts/lib/backup/provider-alone.mjs'
import { connectProvider } from '../scripts/lib/backup/provider-ledger.mjs'
import { reconcile, requireHistory } from '../scripts/lib/backup/reconcile.mjs'
import { planRestore, restoreMysql } from '../scripts/lib/backup/restore-mysql.mjs'
import { makeBase, prepareBackup, startBackup } from '../scripts/lib/backup/run-backup.mjs'
import { shopDatabases } from '../scripts/lib/backup/shop-stores.mjs'
import { identify, terminate } from '../scripts/lib/machine/processes.mjs'
import { freePorts } from '../scripts/lib/machine/ports.mjs'
import { keysOf, readJson, secretsFor } from '../scripts/lib/shop/secrets.mjs'
import { urlWith } from '../scripts/lib/stores/address.mjs'
import { accountsFor, createDatabases } from '../scripts/lib/stores/databases.mjs'
import { migrateAll } from '../scripts/lib/stores/migrations.mjs'
import { connectMysql } from '../scripts/lib/stores/mysql.mjs'
import { findMysql, startOwnMysql } from '../scripts/lib/stores/own-mysql.mjs'
import { silent } from '../scripts/lib/terminal/say.mjs'

const home = mkdtempSync(path.join(tmpdir(), 'mm-restore-'))
const started = []
const run = { record: (_, pid) => started.push(identify(pid)) }
const databases = shopDatabases()
const say = silent()
let url
let secrets
let providerUrl
let db

/** The log of MariaDB is what is copied and replayed; on MySQL nothing of this is promised (docs/backup.md). */
const isMariadb = (await findMysql())?.kind === 'mariadb'
if (!isMariadb) console.log('skipped: backup and restore, which are for MariaDB alone')
const whereMariadb = isMariadb ? it : it.skip

beforeAll(async () => {
  if (!isMariadb) return
  const logDir = path.join(home, 'log')
  mkdirSync(logDir)
  const [wish] = await freePorts(1)
  const log = path.join(logDir, 'mysql.log')
  const folder = path.join(home, 'mysql')
  url = await startOwnMysql({ folder, wish, durable: true, logged: true, run, log, say })
  const [keys, accounts] = [keysOf(home), accountsFor()]
  await createDatabases(url, accounts, keys)
  await migrateAll({ mysqlUrl: url, accounts, keys, logDir })
  const none = { user: '', password: '' }
  const redis = { url: 'redis://127.0.0.1:1', db: 0, dapr: none, gateway: none }
  secrets = secretsFor({ keys, accounts, redis, mysqlUrl: url })
  const provider = { secrets, mysqlUrl: url, run, log: path.join(logDir, 'provider.log') }
  providerUrl = await startProviderAlone(provider)
  db = await connectMysql(url)
}, 120_000)

afterAll(async () => {
  await db?.end()
  await terminate(started.filter(Boolean), 20_000)
  rmSync(home, { recursive: true, force: true })
}, 60_000)

const query = async (sql, values) => (await db.query(sql, values))[0]

const insert = (table, row) => query(`INSERT INTO ${table} SET ?`, row)

const now = new Date('2026-12-01T03:00:00Z')
const times = { created_at: now, updated_at: now }

const order = (id, { priced }) =>
  insert('micromart_order.orders', {
    id,
    number: `M${id.slice(0, 10)}`.toUpperCase(),
    status: 'PENDING',
    version: 1,
    email: 'ada@example.com',
    ship_to: '{}',
    payment_status: 'none',
    payment_method: 'card',
    currency: 'EUR',
    subtotal: 1999,
    shipping: 0,
    tax: 0,
    discount: 0,
    total: priced ? 1999 : 0,
    cart_id: randomUUID(),
    cart_version: randomUUID(),
    cart_key: id,
    stock_claimed: 0,
    hold_until: priced ? now : null,
    tries: 0,
    ...times,
  })

const payment = (orderId, id, status) =>
  insert('micromart_payment.payments', {
    id,
    order_id: orderId,
    provider: 'simulated',
    status,
    version: 1,
    ...(status === 'open' ? {} : { amount: 1999, currency: 'EUR' }),
    ...times,
  })

const charge = async (orderId, paymentId) => {
  const answer = await fetch(`${providerUrl}/v1/charges`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${secrets['provider-key']}`,
      'content-type': 'application/json',
      'idempotency-key': `payment-${paymentId}`,
    },
    body: JSON.stringify({ amount: 1999, currency: 'EUR', token: 'tok_visa', reference: orderId }),
  })
  expect(answer.status).toBe(200)
}

const orders = Object.fromEntries(
  ['priced', 'unpriced', 'asked', 'gone'].map((name) => [
    name,
    { id: randomUUID(), payment: randomUUID() },
  ]),
)

/** Until the second is over: a log event knows no more. */
const nextSecond = async () => {
  const at = new Date(Math.floor(Date.now() / 1000) * 1000 + 1000)
  while (Date.now() < at.getTime()) await pause(at.getTime() - Date.now())
  return at
}

/** What is there at the instant, and what comes after it, up to the loss. */
const liveThrough = async () => {
  const { priced, unpriced, asked, gone } = orders
  await order(priced.id, { priced: true })
  await payment(priced.id, priced.payment, 'open')
  await order(unpriced.id, { priced: false })
  await order(asked.id, { priced: true })
  await payment(asked.id, asked.payment, 'charging')
  const instant = await nextSecond()
  await order(gone.id, { priced: true })
  for (const { id, payment: paymentId } of Object.values(orders)) await charge(id, paymentId)
  await query('DROP DATABASE micromart_order')
  return instant
}

const backedUp = async (into, programs) => {
  const env = await prepareBackup({ home, into, adminUrl: url, databases, programs })
  await makeBase(env)
  return { env, follower: startBackup('follow', env) }
}

/** The copy is behind by moments: what came after the instant has to be in it. */
const planned = async (what) => {
  for (;;) {
    try {
      return await planRestore(what)
    } catch (error) {
      expect(error.message).toMatch(/No copy of the log|does not reach/)
    }
    await pause(100)
  }
}

/** As a copy is left that lost its server, or its own machine, in the middle of an event. */
const torn = (from) => {
  const dir = path.join(home, 'torn')
  cpSync(from, dir, { recursive: true, preserveTimestamps: true })
  const log = path.join(
    dir,
    readdirSync(dir).findLast((name) => name.startsWith('log-')),
  )
  const last = path.join(log, readdirSync(log).toSorted().at(-1))
  truncateSync(last, statSync(last).size - 5)
  return dir
}

const refusesWhatLeadsNowhere = async ({ from, until, ...rest }) => {
  const later = new Date('2100-01-01T00:00:00Z')
  await expect(planRestore({ from, until: later, ...rest })).rejects.toThrow('does not reach 2100')
  const alone = path.join(home, 'alone')
  const isBase = (file) => !path.basename(file).startsWith('log-')
  cpSync(from, alone, { recursive: true, filter: isBase })
  for (const to of [until, undefined]) {
    await expect(planRestore({ from: alone, until: to, ...rest })).rejects.toThrow('No copy')
  }
  const restored = { at: new Date() }
  await expect(planRestore({ from, ...rest, restored })).rejects.toThrow('was restored at')
  expect(await planRestore({ from, until, ...rest, restored })).toMatchObject({ cut: { over: {} } })
  const others = ['micromart_payment']
  await expect(planRestore({ from, ...rest, databases: others })).rejects.toThrow('micromart_order')
}

const takesWhatATornCopyHolds = async ({ from, ...rest }) => {
  const whole = await planRestore({ from, ...rest })
  const { cut } = await planRestore({ from: torn(from), ...rest })
  expect(cut.transactions).toBe(whole.cut.transactions - 1)
  expect(cut.torn.position).toBeGreaterThan(0)
}

const passwords = () => [
  readFileSync(path.join(home, 'mysql', 'admin-password'), 'utf8'),
  ...Object.entries(readJson(path.join(home, 'keys.json')))
    .filter(([name]) => name.startsWith('mysql-'))
    .map(([, password]) => password),
]

const logsHoldNoPassword = () => {
  const data = path.join(home, 'mysql', 'data')
  const logs = readdirSync(data).filter((name) => /^binlog\.\d/.test(name))
  const text = logs.map((name) => readFileSync(path.join(data, name), 'latin1')).join('')
  expect(text).toContain('micromart_order')
  expect(passwords().length).toBeGreaterThan(5)
  expect(passwords().filter((password) => text.includes(password))).toEqual([])
}

whereMariadb(
  'brings all databases back to one instant, and balances them against the provider once',
  async () => {
    const from = path.join(home, 'backups')
    const programs = await ensureClients(say, path.join(home, 'log'))
    const { env, follower } = await backedUp(from, programs)
    const instant = await liveThrough()
    const plan = await planned({ from, until: instant, programs, databases })
    expect(await startBackup('check', env).ended).toBe(0)
    follower.child.kill('SIGTERM')
    await follower.ended
    await query('CREATE DATABASE after_the_copy')
    expect(await startBackup('check', { ...env, MM_BACKUP_SECONDS: '0' }, 'ignore').ended).toBe(1)
    await query('DROP DATABASE after_the_copy')
    await refusesWhatLeadsNowhere({ from, until: instant, programs, databases })
    await takesWhatATornCopyHolds({ from, programs, databases })
    logsHoldNoPassword()
    await restoreMysql({ adminUrl: url, programs, databases, plan })

    const { priced, unpriced, asked, gone } = orders
    const kept = (await query('SELECT id FROM micromart_order.orders')).map(({ id }) => id)
    expect(kept.toSorted()).toEqual([priced.id, unpriced.id, asked.id].toSorted())

    const urls = {
      order: urlWith(url, { database: 'micromart_order' }),
      payment: urlWith(url, { database: 'micromart_payment' }),
    }
    const provider = connectProvider({ url: providerUrl, key: secrets['provider-key'] })
    await requireHistory(urls, instant)
    await expect(requireHistory(urls, now)).rejects.toThrow('has no order from before')
    const balance = async (really = true) => {
      const { charges } = await reconcile({ urls, provider, instant, really })
      return Object.fromEntries(charges.map(({ orderId, action }) => [orderId, action]))
    }
    const would = await balance(false)
    expect(would).toEqual({
      [priced.id]: 'recreate',
      [unpriced.id]: 'return',
      [asked.id]: 'ask',
      [gone.id]: 'refund',
    })
    expect(await balance()).toEqual(would)
    expect(await balance()).toEqual({
      [priced.id]: 'ask',
      [unpriced.id]: 'tell',
      [asked.id]: 'ask',
      [gone.id]: 'nothing',
    })
    const refunds = await query(
      `SELECT reference, amount FROM micromart_provider.ledger WHERE kind = 'refund'`,
    )
    expect(refunds).toEqual([{ reference: gone.id, amount: 1999 }])
    const payments = await query(
      'SELECT order_id AS id, status, amount FROM micromart_payment.payments ORDER BY order_id',
    )
    const expected = [
      { id: priced.id, status: 'charging', amount: 1999 },
      { id: unpriced.id, status: 'cancelled', amount: 1999 },
      { id: asked.id, status: 'charging', amount: 1999 },
    ]
    expect(payments).toEqual(expected.toSorted((a, b) => (a.id < b.id ? -1 : 1)))
  },
  120_000,
)
