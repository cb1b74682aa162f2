#!/usr/bin/env node
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { checkDisk, checkPorts } from './lib/machine/checks-before.mjs'
import { commandLine, main } from './lib/terminal/command-line.mjs'
import { daprPrograms } from './lib/dapr/programs.mjs'
import { findDapr } from './lib/dapr/install.mjs'
import { checkNode, ensureDependencies } from './lib/machine/dependencies.mjs'
import { Fault, reportFault } from './lib/terminal/fault.mjs'
import { isCheckout, shopHome } from './lib/machine/paths.mjs'
import { protectionOf } from './lib/shop/protection.mjs'
import { stopOnSignals } from './lib/terminal/signals.mjs'
import { cleanUp, readRun, starterIsAlive } from './lib/shop/run-file.mjs'
import { createSay } from './lib/terminal/say.mjs'
import { watchShop } from './lib/shop/watch.mjs'

const help = `
npm start [-- --prepare] [--no-seed]

Starts the whole shop on this machine and keeps it running until Ctrl-C or "npm stop".

  --prepare   everything but the services: stores, databases, accounts, secrets, and var/dapr.env;
              then says what to type for a "dapr run -f dapr.yaml" by hand
  --no-seed   leaves the catalogue as it is
  --help      this text

Environment: MICROMART_MYSQL_URL, MICROMART_REDIS_URL and ZIPKIN_URL name running ones to use
instead of own processes; OTLP_URL a receiver of OTLP for the traces, instead of Zipkin;
MICROMART_CACHE is where downloads and builds are kept (var/cache).
MICROMART_HOME names another folder than var: a second shop, beside the first, on free ports.

Always on: HTTPS at the gateway beside its plain local port, a token for each sidecar and each app, scopes of topics,
secrets and components, lists of allowed sidecar APIs. Besides:
  MICROMART_ZERO_TRUST=1  sidecars speak mTLS with certificates of an own authority, and who is not on the callee's
                          access list is refused; MICROMART_TLS=1 with it
  MICROMART_TLS=1         MySQL, Redis and the payment provider speak TLS only, verified
`

const { values } = commandLine(help, {
  prepare: { type: 'boolean' },
  'no-seed': { type: 'boolean' },
})

const say = createSay()
const logDir = path.join(shopHome, 'log')

const refuseSecond = async () => {
  const run = readRun(shopHome)
  if (starterIsAlive(run)) {
    throw new Fault(`The shop of this checkout runs already (process ${run.starter.pid})`, {
      advice: '"npm run status" shows it, "npm stop" ends it.',
    })
  }
  const ended = await cleanUp(shopHome)
  if (ended > 0) say.line(`> Ended ${ended} processes that an earlier start had left behind`)
}

const keepLastLogs = () => {
  rmSync(`${logDir}.previous`, { recursive: true, force: true })
  mkdirSync(logDir, { recursive: true })
  renameSync(logDir, `${logDir}.previous`)
  mkdirSync(logDir)
}

const mustBuild = async () => {
  const found = await Promise.all(daprPrograms(protectionOf()).map(findDapr))
  return found.some(({ file }) => !file)
}

const seed = async (shop) => {
  const { seedCatalogue } = await import('./lib/shop/seed-catalogue.mjs')
  const report = await say.step('Catalogue', { usually: '5 to 15 s the first time' }, () =>
    seedCatalogue({
      gateway: shop.urls.gateway,
      admin: shop.accounts.admin,
      state: path.join(shopHome, 'seed.json'),
    }),
  )
  if (!report) return
  const { created, updated, unchanged, failed } = report
  say.line(
    `    rows: ${created} created, ${updated} updated, ${unchanged} unchanged, ${failed} failed`,
  )
}

const tellWhere = ({ urls, accounts, mailbox, certificates }) => {
  const lines = Object.entries(accounts).map(
    ([role, { email, password }]) => `  ${role.padEnd(12)} ${email.padEnd(32)} ${password}`,
  )
  say.line(`
The shop is open (${say.took()}):
  shop         ${urls.gateway}   ${urls.secure} (trust ${path.join(certificates, 'ca.crt')})
  API          ${urls.gateway}/docs   ${urls.gateway}/openapi.json
  traces       ${urls.traces}
  mails        ${mailbox}: a file for each that would have been sent
Demo accounts (${path.join(shopHome, 'demo-accounts.json')}):
${lines.join('\n')}
Logs are in ${logDir}. Ctrl-C or "npm stop" ends it.`)
}

const tellByHand = async ({ run, home, cli, ...prepared }) => {
  const { prepareDapr, variablesByHand } = await import('./lib/dapr/run.mjs')
  const env = prepareDapr({ ...prepared, home })
  const lines = variablesByHand.map((name) => `export ${name}='${env[name]}'\n`)
  writeFileSync(path.join(home, 'dapr.env'), lines.join(''), { mode: 0o600 })
  const own = Object.keys(run.processes).length > 0
  say.line(`
All is prepared. Now, ${own ? 'in another terminal of' : 'in'} this folder:
  . var/dapr.env
  ${cli} run -f dapr.yaml
and when the shop is open, for its catalogue:
  node scripts/seed.mjs
${own ? 'What was started here runs until Ctrl-C.' : ''}`)
}

const prepareOnly = async (run) => {
  const { prepareForHand } = await import('./lib/shop/shop.mjs')
  const prepared = await prepareForHand({ home: shopHome, run, say, ...given })
  await tellByHand(prepared)
  if (Object.keys(run.processes).length === 0) {
    run.close()
    process.exit(0)
  }
  run.note({ prepared: true })
  setInterval(() => {}, 60_000) // the stores live as long as this process
}

const given = {
  mysqlUrl: process.env.MICROMART_MYSQL_URL || undefined,
  redisUrl: process.env.MICROMART_REDIS_URL || undefined,
  zipkin: {
    url: process.env.ZIPKIN_URL || undefined,
    otlpUrl: process.env.OTLP_URL || undefined,
  },
}

const checkFixedPorts = async () => {
  const { portsOf, readRunFile } = await import('./lib/shop/run-file-yaml.mjs')
  await checkPorts(portsOf(readRunFile()))
}

const start = async () => {
  checkNode()
  await refuseSecond()
  keepLastLogs()
  checkDisk(await mustBuild())
  const { beginRun } = await import('./lib/shop/prepare-shop.mjs')
  const { startShop, stopRun } = await import('./lib/shop/shop.mjs')
  const run = beginRun(shopHome)
  const stopping = stopOnSignals({ run, say, stop: (tell) => stopRun(run, shopHome, tell) })
  try {
    await ensureDependencies(say, logDir)
    if (isCheckout) await checkFixedPorts()
    if (values.prepare) {
      await prepareOnly(run)
      return stopping.ready()
    }
    const shop = await startShop({ home: shopHome, checkout: isCheckout, run, say, ...given })
    // A shop with an empty shelf is still one to look into: its logs say why.
    if (!values['no-seed']) await seed(shop).catch(reportFault)
    run.note({ ready: new Date().toISOString() })
    tellWhere(shop)
    watchShop(shop, { say, onEnd: (why) => stopping.end(why, 1) })
    stopping.ready()
  } catch (error) {
    if (stopping.begun()) return
    await stopRun(run, shopHome)
    throw error
  }
}

await main(start)
