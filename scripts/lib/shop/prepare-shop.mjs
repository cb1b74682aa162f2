import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import path from 'node:path'
import { ensureCertificates } from '../certificates/certificates.mjs'
import { daprCli, daprd, sentry } from '../dapr/programs.mjs'
import { installDapr } from '../dapr/install.mjs'
import { startSentry } from '../dapr/sentry.mjs'
import { caOf, isTls } from '../stores/address.mjs'
import { accountsFor, createDatabases } from '../stores/databases.mjs'
import { demoAccounts, peopleOf } from './demo-accounts.mjs'
import { ensureDependencies, requireNode24 } from '../machine/dependencies.mjs'
import { migrateAll, seedAccounts } from '../stores/migrations.mjs'
import { runMark } from '../machine/processes.mjs'
import { openRun } from './run-file.mjs'
import { createRedisAccounts } from '../stores/redis-accounts.mjs'
import { keysOf, secretsFor, writePrivate } from './secrets.mjs'
import { openStores } from '../stores/stores.mjs'
import { startTraces } from './zipkin.mjs'

/** Begins a run in `home`; everything that this process starts from here on carries its mark. */
export const beginRun = (home) => {
  const runId = randomBytes(8).toString('hex')
  process.env[runMark] = runId
  return openRun(home, runId)
}

const keptLogs = 40

/** The CLI makes two new log files per app and run: keeps the latest. */
const pruneSidecarLogs = (folder) => {
  const logs = path.join(folder, '.dapr', 'logs')
  mkdirSync(logs, { recursive: true })
  const files = readdirSync(logs).map((name) => path.join(logs, name))
  const newestFirst = files.toSorted((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)
  for (const file of newestFirst.slice(keptLogs)) rmSync(file, { force: true })
}

/** Dapr's programs, wherever they come from: `{ cli, daprd, sentry }`, the last for zero trust only. */
const ensureDapr = async (say, logDir, { zeroTrust }) => ({
  cli: await installDapr(daprCli, say, logDir),
  daprd: await installDapr(daprd, say, logDir),
  ...(zeroTrust ? { sentryProgram: await installDapr(sentry, say, logDir) } : {}),
})

/** Programs and packages: what needs no store and is kept between runs. */
export const ensurePrograms = async (say, logDir, protection) => {
  mkdirSync(logDir, { recursive: true })
  await ensureDependencies(say, logDir)
  requireNode24()
  return ensureDapr(say, logDir, protection)
}

/**
 * Schemas, accounts, tables, Redis accounts, secrets file and demo accounts; all of it may be there already.
 * @param suffix of schemas and accounts
 */
const furnish = async ({ home, logDir, mysqlUrl, redisUrl, suffix, say }) => {
  const keys = keysOf(home)
  const accounts = accountsFor(suffix)
  const people = demoAccounts(home)
  const secrets = path.join(home, 'secrets.json')
  await say.step('Databases, accounts and tables', { usually: '3 to 8 s' }, async (progress) => {
    await createDatabases(mysqlUrl, accounts, keys)
    const redis = await createRedisAccounts({ redisUrl, keys, suffix, say })
    writePrivate(secrets, secretsFor({ keys, accounts, redis, mysqlUrl }))
    const context = { mysqlUrl, accounts, keys, logDir }
    progress('migrating')
    await migrateAll(context)
    progress('making the demo accounts')
    await seedAccounts(peopleOf(people), context)
  })
  return { keys, accounts: people, secrets, schemas: accounts }
}

/** What proves who is who: certificates of the servers, and with zero trust the authority that gives sidecars theirs. */
const startGuards = async ({ home, logDir, run, say, sentryProgram, redisUrl, protection }) => {
  const { folder: certificates } = await ensureCertificates(path.join(home, 'certs'))
  const ca = isTls(redisUrl) ? caOf(redisUrl) : undefined
  if (!protection.zeroTrust) return { certificates, ca }
  const sentry = await say.step('Certificate authority of the sidecars', { usually: '1 s' }, () =>
    startSentry({ folder: path.join(certificates, 'sentry'), program: sentryProgram, run, logDir }),
  )
  return { certificates, ca, sentry }
}

/**
 * Everything between the programs and `dapr run`: stores, Zipkin, databases.
 * @param programs of `ensurePrograms`
 * @param protection of `protectionOf`
 */
export const prepareShop = async ({
  programs,
  home,
  run,
  mysqlUrl,
  redisUrl,
  zipkin,
  durable,
  suffix = '',
  folder,
  protection,
  say,
}) => {
  const logDir = path.join(home, 'log')
  pruneSidecarLogs(folder)
  const stores = await say.step('Stores', { usually: '1 to 3 s' }, () =>
    openStores({ mysqlUrl, redisUrl, home, logDir, durable, tls: protection.tls, run, say }),
  )
  const traces = await startTraces({ ...zipkin, run, logDir, say })
  if (traces.why) say.line(`  note: no Zipkin, so traces are kept nowhere: ${traces.why}`)
  const furniture = await furnish({ home, logDir, suffix, say, ...stores })
  const guards = await startGuards({ home, logDir, run, say, ...programs, ...stores, protection })
  const prepared = { home, run, folder, logDir, suffix, ...programs, ...stores, traces }
  return { ...prepared, ...furniture, ...guards }
}
