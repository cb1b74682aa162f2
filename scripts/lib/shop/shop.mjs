import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { startDapr } from '../dapr/run.mjs'
import { root, varDir } from '../machine/paths.mjs'
import { freePorts } from '../machine/ports.mjs'
import { beginRun, ensurePrograms, prepareShop } from './prepare-shop.mjs'
import { protectionOf } from './protection.mjs'
import { waitUntilReady } from './ready.mjs'
import { silent } from '../terminal/say.mjs'
import { stopProcesses } from './stop-shop.mjs'

const ownLayout = async ({ home, env, ports, pubsub }) => {
  const { portsNeeded, renderShop } = await import('./render.mjs')
  const free = await freePorts(portsNeeded())
  const secretsFile = path.join(home, 'secrets.json')
  const rendered = renderShop({ folder: home, free, wished: ports, env, secretsFile, pubsub })
  return { ...rendered, folder: home, zipkinPort: (await freePorts(1))[0] }
}

const checkoutLayout = async () => {
  const { daprYaml, portsOf, readRunFile } = await import('./run-file-yaml.mjs')
  return { file: daprYaml, ports: portsOf(readRunFile()), folder: root, zipkinPort: 9411 }
}

/** Where traces are found, for a person. */
const tracesText = ({ url, otlpUrl, why }) =>
  url ?? (otlpUrl ? `sent to ${otlpUrl}` : `none: ${why}`)

const runShop = async (shop, { file, ports, folder, say, protection }) => {
  const { home, logDir, run, traces } = shop
  const dapr = startDapr({
    ...shop,
    ...protection,
    file,
    ports,
    cwd: folder,
  })
  run.note({ ports, traces: traces.url ?? traces.otlpUrl })
  await say.step('Services and their sidecars', { usually: '12 to 20 s' }, (progress) =>
    waitUntilReady({ ports, home, logDir, dapr, progress }),
  )
  return dapr
}

const urlsOf = ({ gateway }) => ({
  gateway: `http://127.0.0.1:${gateway.public}`,
  secure: `https://127.0.0.1:${gateway.publicTls}`,
})

/**
 * Starts a whole shop under `dapr run -f` and waits until its gateway is ready.
 *
 * By default beside whatever else runs: own ports, schemas, Redis database, secrets and name resolution, in a new
 * folder below var/runs. With `checkout` it is the one of `npm start`: dapr.yaml as it is, on its fixed ports.
 *
 * @param env set for every app over dapr.yaml's, such as other rate limits (not with `checkout`)
 * @param ports wished ones, such as `{ gateway: { public: 18080 } }` (not with `checkout`)
 * @param mysqlUrl, redisUrl administrators' addresses; own processes without them
 * @param zipkin `{ url }`, `{ otlpUrl }`, `{ off: true }` or nothing for an own one
 * @param pubsub metadata of the pub/sub component that differs (not with `checkout`)
 * @param run begun by the caller; stopping the shop then ends all of that run
 * @param zeroTrust, tls see `protectionOf`; the environment decides what is not said
 * @returns `{ urls: { gateway, secure, zipkin, traces }, ports, accounts, secrets, mailbox, certificates, daprd, home, logDir, mysqlUrl, redisUrl, stop() }`;
 *   `secrets` is the path of the secrets file, `certificates` the folder of ca.crt and the servers' own, `ports` is by app:
 *   `{ app, http, public, publicTls, tls, daprHttp, daprGrpc, metrics }`
 */
export const startShop = async ({
  home = path.join(varDir, 'runs', randomBytes(4).toString('hex')),
  checkout = false,
  env,
  ports,
  pubsub,
  zipkin = {},
  run = beginRun(home),
  say = silent(),
  zeroTrust,
  tls,
  ...options
} = {}) => {
  const protection = protectionOf({ zeroTrust, tls })
  try {
    const programs = await ensurePrograms(say, path.join(home, 'log'), protection)
    const layout = checkout ? await checkoutLayout() : await ownLayout({ home, env, ports, pubsub })
    const prepared = await prepareShop({
      ...options,
      programs,
      home,
      run,
      say,
      protection,
      folder: layout.folder,
      zipkin: { port: layout.zipkinPort, ...zipkin },
    })
    const dapr = await runShop(prepared, { ...layout, say, protection })
    const { accounts, secrets, certificates, daprd, logDir, mysqlUrl, redisUrl } = prepared
    return {
      urls: {
        ...urlsOf(layout.ports),
        zipkin: prepared.traces.url,
        traces: tracesText(prepared.traces),
      },
      ports: layout.ports,
      accounts,
      secrets,
      certificates,
      daprd,
      mailbox: path.join(home, 'mailbox'),
      home,
      logDir,
      mysqlUrl,
      redisUrl,
      dapr,
      run,
      stop: (tell) => stopRun(run, home, tell),
    }
  } catch (error) {
    await stopRun(run, home)
    throw error
  }
}

/** Stops all that a run has started and forgets it. */
export const stopRun = async (run, home, tell) => {
  await stopProcesses(run, home, tell)
  run.close()
}

/**
 * Everything but the services, for a `dapr run -f dapr.yaml` by hand. Starts no process when both stores are given.
 */
export const prepareForHand = async ({ home, run, say, zipkin: { url, otlpUrl }, ...stores }) => {
  const protection = protectionOf()
  const programs = await ensurePrograms(say, path.join(home, 'log'), protection)
  const { folder, ports } = await checkoutLayout()
  const prepared = await prepareShop({
    ...stores,
    programs,
    home,
    run,
    say,
    folder,
    protection,
    zipkin: { url, otlpUrl, off: !url },
  })
  return { ...prepared, ...protection, ports }
}
