import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { outboundReadyAt } from './outbound-ready.ts'
import { eventually, freePort, testRedisUrl } from '../src/index.ts'

const component = (
  name: string,
  type: string,
  metadata: Record<string, string>,
  scopes: string,
) => `
apiVersion: dapr.io/v1alpha1
kind: Component
metadata: { name: ${name} }
${scopes}
spec:
  type: ${type}
  version: v1
  metadata:
${Object.entries(metadata)
  .map(([key, value]) => `    - { name: ${key}, value: ${JSON.stringify(value)} }`)
  .join('\n')}
`

const subscription = (topic: string, dead: string, app: string) => `
apiVersion: dapr.io/v2alpha1
kind: Subscription
metadata: { name: sub-${topic.replaceAll('.', '-')} }
scopes: [${app}]
spec: { pubsubname: pubsub, topic: ${topic}, routes: { default: /events }, deadLetterTopic: ${dead} }
`

/** Letters have a stream of their own per run: the Redis is shared. */
export const deadTopicOf = (topic: string): string => `dead.${topic}`

const configuration = (folder: string) => `
apiVersion: dapr.io/v1alpha1
kind: Configuration
metadata: { name: conformance }
spec:
  tracing: { samplingRate: "1" }
  features: [{ name: HotReload, enabled: false }]
  nameResolution:
    component: sqlite
    version: v1
    configuration: { connectionString: ${join(folder, 'names.db')}, cleanupInterval: 0s }
`

const resiliency = `
apiVersion: dapr.io/v1alpha1
kind: Resiliency
metadata: { name: conformance }
spec:
  policies: { retries: { inbound: { policy: constant, duration: 100ms, maxRetries: 3 } } }
  targets: { components: { pubsub: { inbound: { retry: inbound } } } }
`

const redisAt = (url: URL) => ({
  redisHost: url.host,
  redisUsername: decodeURIComponent(url.username),
  redisPassword: decodeURIComponent(url.password),
  redisDB: url.pathname.slice(1) || '0',
})

/** Writes what the sidecars of one test read. */
const writeResources = async (folder: string, topic: string, secrets: object): Promise<void> => {
  const dead = deadTopicOf(topic)
  const redis = redisAt(new URL(testRedisUrl()))
  const secretsFile = join(folder, 'secrets.json')
  const files = {
    'state.yaml': component('state', 'state.redis', redis, ''),
    'pubsub.yaml': component('pubsub', 'pubsub.redis', { ...redis, maxLenApprox: '1000' }, ''),
    'secrets.yaml': component('secrets', 'secretstores.local.file', { secretsFile }, ''),
    'subscription.yaml': subscription(topic, dead, 'cart'),
    'letters.yaml': subscription(dead, dead, 'cart'),
    'resiliency.yaml': resiliency,
  }
  await writeFile(secretsFile, JSON.stringify(secrets))
  await writeFile(join(folder, 'config.yml'), configuration(folder))
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text)
}

export type Daprd = AsyncDisposable & { readonly grpcPort: number; readonly httpPort: number }

const stop = async (child: ChildProcess): Promise<void> => {
  if (child.exitCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
}

const flags = (pairs: Record<string, string | number>): string[] =>
  Object.entries(pairs).map(([name, value]) => `--${name}=${value}`)

const startOne = async (program: string, folder: string, appId: string, appPort?: number) => {
  const [grpcPort, httpPort, internalPort, metricsPort] = await Promise.all(
    Array.from({ length: 4 }, freePort),
  )
  if (!grpcPort || !httpPort || !internalPort || !metricsPort) throw new Error('no free ports')
  const ports = {
    'dapr-grpc-port': grpcPort,
    'dapr-http-port': httpPort,
    'dapr-internal-grpc-port': internalPort,
    'metrics-port': metricsPort,
  }
  const app = appPort === undefined ? {} : { 'app-port': appPort, 'app-protocol': 'grpc' }
  const files = { 'resources-path': folder, config: join(folder, 'config.yml') }
  const rest = { 'dapr-listen-addresses': '127.0.0.1', 'log-level': 'warn' }
  const env = { PATH: process.env['PATH'] ?? '', DAPR_HOST_IP: '127.0.0.1' }
  const args = flags({ 'app-id': appId, ...ports, ...app, ...files, ...rest })
  const stdio = process.env['MICROMART_DAPRD_LOG'] ? 'inherit' : 'ignore'
  const child = spawn(program, args, { env, stdio })
  return { grpcPort, httpPort, [Symbol.asyncDispose]: () => stop(child) }
}

/** Two real sidecars over one folder of resources: `cart` with an app, `caller` without. */
export const startDaprds = async (
  program: string,
  appPort: number,
  { topic, secrets }: { topic: string; secrets: object },
): Promise<AsyncDisposable & { readonly caller: Daprd; readonly cart: Daprd }> => {
  const folder = await mkdtemp(join(tmpdir(), 'micromart-daprd-'))
  await using starting = new AsyncDisposableStack()
  starting.defer(() => rm(folder, { recursive: true, force: true }))
  await writeResources(folder, topic, secrets)
  const cart = starting.use(await startOne(program, folder, 'cart', appPort))
  const caller = starting.use(await startOne(program, folder, 'caller'))
  for (const { httpPort } of [cart, caller]) {
    await eventually(() => outboundReadyAt(httpPort), { withinMs: 30_000, everyMs: 100 })
  }
  const running = starting.move()
  return { caller, cart, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
