import path from 'node:path'
import { repeatEvents } from '../load/streams.ts'
import { repeatWebhooks } from '../load/webhooks.ts'
import type { Random } from '../plan/random.ts'
import type { Toxic } from '../proxy/edge.ts'
import type { Shop } from '../shop/handle.ts'
import { providerFaults } from './provider.ts'

/** Something that goes wrong for a while. */
export type Fault = {
  /** `<category>:<what>`, such as `kill:order` or `reset:payment-mysql`. */
  readonly name: string
  readonly category: string
  /** Between arming and healing. */
  readonly lastsMs: number
  /** @returns how much it has met so far */
  readonly arm: (shop: Shop, random: Random) => Promise<number>
  /** @returns how much it has met since */
  readonly heal: (shop: Shop) => Promise<number>
  /** What Redis may lose that it had acknowledged: its last second, or all it ever held. */
  readonly losesRedis?: 'second' | 'all'
}

const seconds = (count: number) => count * 1000
const nothing = async () => 0
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

const kill = (target: string): Fault => ({
  name: `kill:${target}`,
  category: 'kill',
  lastsMs: 0,
  arm: async ({ processes }) => Number(processes.signal(target, 'SIGKILL')),
  heal: nothing,
})

const stop = (target: string, lastsMs: number): Fault => ({
  name: `stop:${target}:${lastsMs / 1000}s`,
  category: 'stop',
  lastsMs,
  arm: async ({ processes }) => Number(processes.signal(target, 'SIGSTOP')),
  heal: async ({ processes }) => Number(processes.signal(target, 'SIGCONT')),
})

const store = (name: 'mysql' | 'redis', empty = false): Fault => ({
  name: empty ? `empty:${name}` : `kill:${name}`,
  category: 'store',
  lastsMs: seconds(2),
  arm: async ({ stores }) => {
    await stores.kill(name)
    if (empty) stores.emptyRedis()
    return 1
  },
  heal: async ({ stores, keys }) => {
    await stores.restart(name, keys)
    return 1
  },
  ...(name === 'redis' && { losesRedis: empty ? ('all' as const) : ('second' as const) }),
})

const network = (edge: string, toxic: Toxic, lastsMs = seconds(6)): Fault => ({
  name: `${toxic.kind}:${edge}`,
  category: 'network',
  lastsMs,
  arm: async ({ proxies }) => {
    await proxies.spoil(edge, toxic)
    return 0
  },
  heal: ({ proxies }) => proxies.heal(edge),
})

/** An app whose database does not answer for half a minute cannot finish an event: it comes again and again. */
const consumer = (app: string): Fault => ({
  ...network(`${app}-mysql`, { kind: 'blackhole' }, seconds(30)),
  name: `consumer:${app}`,
  category: 'consumer',
})

const events: Fault = {
  name: 'events:doubled',
  category: 'events',
  lastsMs: 0,
  arm: ({ redisUrl }, random) => repeatEvents(redisUrl, random, 60),
  heal: nothing,
}

const webhooks: Fault = {
  name: 'webhooks:doubled',
  category: 'events',
  lastsMs: 0,
  arm: (shop, random) => repeatWebhooks(shop, random, 60),
  heal: nothing,
}

const rolling: Fault = {
  name: 'rolling:restart',
  category: 'rolling',
  lastsMs: 0,
  arm: async ({ apps, processes, ports }) => {
    for (const app of apps) {
      await processes.renew(app)
      await untilReady(
        `http://127.0.0.1:${ports[app]?.http ?? 0}/${app === 'provider' ? 'livez' : 'readyz'}`,
      )
    }
    return apps.length
  },
  heal: nothing,
}

const untilReady = async (url: string): Promise<void> => {
  for (const end = performance.now() + seconds(40); performance.now() < end; await pause(100)) {
    const answer = await fetch(url, { signal: AbortSignal.timeout(2000) }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return
  }
}

const disk: Fault = {
  name: 'disk:full',
  category: 'disk',
  lastsMs: seconds(8),
  arm: async ({ stores }) => {
    if (!stores.hasDisk) return 0
    stores.fillDisk()
    return 1
  },
  heal: async ({ stores, keys }) => {
    stores.clearDisk()
    // InnoDB ends itself when it cannot even roll back: its supervisor starts it again.
    if (!stores.isAlive('mysql')) await stores.restart('mysql', keys)
    return 0
  },
}

const preload = path.join(import.meta.dirname, 'skewed-clock.mjs')

/** One app's clock is an hour off: `Date` of its process, as libfaketime is no part of the machines we know. */
const clock = (app: string, hours: number): Fault => {
  const env = {
    NODE_OPTIONS: `--import=${preload}`,
    CHAOS_CLOCK_SKEW_MS: String(hours * 3_600_000),
  }
  return {
    name: `clock:${app}:${hours > 0 ? '+' : ''}${hours}h`,
    category: 'clock',
    lastsMs: seconds(8),
    arm: async ({ processes }) => {
      await processes.renew(app, { env })
      return 1
    },
    heal: async ({ processes }) => {
      await processes.renew(app)
      return 1
    },
  }
}

const toxics: readonly Toxic[] = [
  { kind: 'latency', ms: 500 },
  { kind: 'bandwidth', bytesPerSecond: 10_240 },
  { kind: 'reset' },
  { kind: 'blackhole' },
  { kind: 'truncate', bytes: 700 },
]

const services = ['product', 'user', 'cart', 'order', 'payment']
const apps = [...services, 'gateway', 'provider']
const sidecars = [...services, 'gateway'].map((app) => `${app}-sidecar`)

/** Edges whose load is worth a fault: the checkout's. */
const edges = [
  ...['gateway', ...services].map((app) => `${app}-out`),
  ...services.map((app) => `${app}-in`),
  ...services.map((app) => `${app}-net`),
  ...['product', 'user', 'order', 'payment', 'provider'].map((app) => `${app}-mysql`),
  ...['cart', 'order', 'payment', 'gateway'].map((app) => `${app}-redis`),
  'provider',
  'public',
  'webhook',
]

/** Every fault of reliability.md, section 6, that one machine can make. */
export const catalogue: readonly Fault[] = [
  ...[...apps, ...sidecars].map(kill),
  store('mysql'),
  store('redis'),
  store('redis', true),
  ...[...apps, ...sidecars, 'mysql', 'redis'].flatMap((target) => [
    stop(target, seconds(5)),
    stop(target, seconds(20)),
  ]),
  ...edges.flatMap((edge) => toxics.map((toxic) => network(edge, toxic))),
  consumer('order'),
  consumer('payment'),
  consumer('product'),
  events,
  webhooks,
  ...providerFaults,
  rolling,
  disk,
  ...['product', 'cart', 'order', 'payment', 'gateway', 'user'].flatMap((app) => [
    clock(app, 1),
    clock(app, -1),
  ]),
]
