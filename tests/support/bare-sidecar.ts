import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { type App, components } from '@micromart/contracts'
import { AppCallbackService } from '@micromart/dapr/protocol'
import { freePort } from '@micromart/testing'
import { eventually, shop } from './shop.ts'

/** A sidecar that holds back nothing by itself: what it refuses, the components' own scopes refuse. */
export type BareSidecar = AsyncDisposable & {
  readonly grpcPort: number
  readonly httpPort: number
  /** What it has logged so far. */
  readonly log: () => string
}

const folderOf = (db: number): string => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'micromart-bare-'))
  const home = path.dirname(shop.secrets)
  cpSync(path.join(home, 'components'), folder, { recursive: true })
  const secrets = JSON.parse(readFileSync(shop.secrets, 'utf8')) as Record<string, string>
  const file = path.join(folder, 'secrets.json')
  writeFileSync(file, JSON.stringify({ ...secrets, 'redis-db': `${db}` }), { mode: 0o600 })
  const component = path.join(folder, 'secrets.yaml')
  const text = readFileSync(component, 'utf8').replace(shop.secrets, file)
  if (!text.includes(file)) throw new Error(`${component} does not name ${shop.secrets}`)
  writeFileSync(component, text)
  // Not by mDNS: that would take calls away from whatever shop there is on this machine.
  const resolution = { connectionString: path.join(folder, 'names.db'), cleanupInterval: '0s' }
  const nameResolution = { component: 'sqlite', version: 'v1', configuration: resolution }
  const meta = { apiVersion: 'dapr.io/v1alpha1', kind: 'Configuration', metadata: { name: 'bare' } }
  // JSON is YAML.
  writeFileSync(
    path.join(folder, 'bare.yml'),
    JSON.stringify({ ...meta, spec: { nameResolution } }),
  )
  return folder
}

/** An app that wants to hear everything. */
const startListener = async (topics: readonly string[]): Promise<Disposable & { port: number }> => {
  const server = new Server()
  const subscriptions = topics.map((topic) => ({ pubsubName: components.pubsub, topic }))
  const wanted = subscriptions.map((one) => ({ ...one, metadata: {}, deadLetterTopic: '' }))
  type Reply = (error: null, answer: object) => void
  server.addService(AppCallbackService, {
    listTopicSubscriptions: (_call: unknown, reply: Reply) =>
      reply(null, { subscriptions: wanted }),
    onTopicEvent: (_call: unknown, reply: Reply) => reply(null, { status: 0 }),
  })
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
    error ? reject(error) : resolve(port),
  )
  return { port: await promise, [Symbol.dispose]: () => server.forceShutdown() }
}

const ended = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exit = once(child, 'exit')
  child.kill('SIGKILL')
  await exit
}

const answers = (url: string): Promise<boolean> =>
  fetch(url, { signal: AbortSignal.timeout(2000) }).then(
    ({ status }) => status === 204,
    () => false,
  )

type Wanted = {
  readonly db: number
  readonly topics: readonly string[]
  /** The file of the CA that it believes. */
  readonly ca?: string | undefined
}

const caOf = (url: string) => new URL(url).searchParams.get('ssl_ca_certs') ?? undefined

/**
 * Starts another sidecar of an app beside the shop's, with the shop's components on another Redis database and without a
 * Configuration. Its app asks for these topics.
 * @throws with its log when it ends by itself
 */
export const startBareSidecar = async (
  app: App,
  { db, topics, ca = caOf(shop.redis) }: Wanted,
): Promise<BareSidecar> => {
  await using starting = new AsyncDisposableStack()
  const folder = folderOf(db)
  starting.defer(() => rmSync(folder, { recursive: true, force: true }))
  const listener = starting.use(await startListener(topics))
  const [grpcPort, httpPort, internal, metrics] = await Promise.all(
    Array.from({ length: 4 }, freePort),
  )
  const flags = {
    'app-id': app,
    'app-port': listener.port,
    'app-protocol': 'grpc',
    'dapr-grpc-port': grpcPort,
    'dapr-http-port': httpPort,
    'dapr-internal-grpc-port': internal,
    'dapr-internal-grpc-listen-address': '127.0.0.1',
    'dapr-listen-addresses': '127.0.0.1',
    'metrics-port': metrics,
    'metrics-listen-address': '127.0.0.1',
    'resources-path': folder,
    config: path.join(folder, 'bare.yml'),
    'log-level': 'warn',
  }
  const args = Object.entries(flags).map(([name, value]) => `--${name}=${value}`)
  const env = { DAPR_HOST_IP: '127.0.0.1', ...(ca ? { SSL_CERT_FILE: ca } : {}) }
  const child = spawn(shop.daprd, args, { env, stdio: ['ignore', 'pipe', 'pipe'] })
  starting.defer(() => ended(child))
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => {
      said += data.toString()
    })
  }
  const ready = () => answers(`http://127.0.0.1:${httpPort}/v1.0/healthz/outbound`)
  const isOver = async () => child.exitCode !== null || (await ready())
  await eventually(isOver, (over) => over, 60_000)
  if (child.exitCode !== null) throw new Error(said)
  const running = starting.move()
  const log = () => said
  return {
    grpcPort: grpcPort!,
    httpPort: httpPort!,
    log,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
