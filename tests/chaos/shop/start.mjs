import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import path from 'node:path'
import { installDapr } from '../../../scripts/lib/dapr/install.mjs'
import { daprd as daprdProgram } from '../../../scripts/lib/dapr/programs.mjs'
import { beginRun, prepareShop } from '../../../scripts/lib/shop/prepare-shop.mjs'
import { waitUntilReady } from '../../../scripts/lib/shop/ready.mjs'
import { cleanUp } from '../../../scripts/lib/shop/run-file.mjs'
import { stopProcesses } from '../../../scripts/lib/shop/stop-shop.mjs'
import { startProxies } from '../proxy/client.ts'
import { doorOf, layOut } from './layout.mjs'
import { startApps } from './processes.mjs'
import { openChaosStores, unmountDisk } from './stores.mjs'

/** What an app's restarter wrote down when the app had ended by itself. */
const crashesIn = (logDir, appID) =>
  readFileSync(path.join(logDir, `${appID}.log`), 'utf8')
    .split('\n')
    .filter((line) => /"message":"ended by (code|SIG(?!KILL))/.test(line))
    .map((line) => `${appID} ${JSON.parse(line).message}`)

/**
 * A private shop whose every part chaos may hurt: own stores, sidecars and apps from dapr.yaml, a proxy on each connection.
 * @param trapped see layOut
 * @param logged whether its database keeps a binary log
 * @param tell what the shop's own supervisor has seen
 */
const startChaosShop = async ({
  home,
  trapped = false,
  logged = false,
  env = {},
  say,
  tell = () => {},
}) => {
  await cleanUp(home)
  unmountDisk(home)
  rmSync(home, { recursive: true, force: true })
  const logDir = path.join(home, 'log')
  mkdirSync(path.join(home, 'run', 'apps'), { recursive: true })
  mkdirSync(logDir, { recursive: true })
  const run = beginRun(home)
  const daprd = await installDapr(daprdProgram, say, logDir)
  const stores = await openChaosStores({ home, logDir, logged, run, say })
  const { mysqlUrl, redisUrl, mysqlPort, redisPort } = stores
  const stopStores = async () => {
    await stopProcesses(run, home)
    stores.close()
    run.close()
  }
  try {
    const layout = await layOut({ home, mysqlPort, redisPort, trapped, env })
    const prepared = await prepareShop({
      programs: { daprd },
      home,
      run,
      mysqlUrl,
      redisUrl,
      zipkin: { off: true },
      durable: true,
      folder: home,
      protection: { zeroTrust: false, tls: false }, // proxies stand on every connection
      say,
    })
    const { keys, accounts, certificates, secrets } = prepared
    const lent = { keys, certificates, ports: layout.ports }
    const proxies = await startProxies(layout.edges)
    const ended = []
    const note = (what) => {
      ended.push(what)
      tell(what)
    }
    const processes = startApps({ layout, daprd, lent, logDir, run, tell: note })
    const stop = async () => {
      processes.stop()
      await stopProcesses(run, home)
      await proxies[Symbol.asyncDispose]()
      stores.close()
      run.close()
    }
    try {
      await say.step('Services and their sidecars', { usually: '15 to 30 s' }, (progress) =>
        waitUntilReady({ ports: layout.ports, home, logDir, dapr: {}, progress }),
      )
    } catch (error) {
      await stop()
      throw error
    }
    return {
      gateway: `http://127.0.0.1:${doorOf(layout, 'public')}`,
      ports: layout.ports,
      apps: layout.apps.map(({ appID }) => appID),
      edges: layout.edges.map(({ name }) => name),
      accounts,
      secrets,
      keys,
      mysqlUrl,
      redisUrl,
      home,
      logDir,
      run,
      proxies,
      processes,
      stores,
      surprises: () => [...ended, ...layout.apps.flatMap(({ appID }) => crashesIn(logDir, appID))],
      stop,
    }
  } catch (error) {
    await stopStores()
    throw error
  }
}

/**
 * Does something with a private shop, which ends with it, or with a signal.
 * @param settings of `startChaosShop`
 * @returns what the work answers
 */
export const withChaosShop = async (settings, work) => {
  const shop = await startChaosShop(settings)
  let stopping
  const stop = () => (stopping ??= shop.stop())
  for (const signal of ['SIGINT', 'SIGTERM']) {
    process.on(signal, async () => {
      await stop()
      process.exit(130)
    })
  }
  try {
    return await work(shop)
  } finally {
    await stop()
  }
}
