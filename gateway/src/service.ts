import { apps, tokenAudience } from '@micromart/contracts'
import { UserServiceService } from '@micromart/contracts/user'
import { connectSidecar, type Sidecar } from '@micromart/dapr'
import { type Clock, type Log, systemClock } from '@micromart/kernel'
import {
  createLog,
  loopInTime,
  type ReadyChecks,
  readinessOf,
  startHealthServer,
  startTelemetry,
  strictSecrets,
  telemetrySettings,
  tokenVerifier,
} from '@micromart/service'
import { CatalogueCache } from './cache/catalogue-cache.ts'
import { followChanges } from './cache/changes.ts'
import { connectServices, type Shop } from './client/shop.ts'
import type { Config } from './config.ts'
import type { Express } from 'express'
import { openStreams, type OpenStreams } from './events/open-streams.ts'
import { createApp } from './http/app.ts'
import { readDocuments } from './http/documents.ts'
import { listen, listenSecurely } from './http/listen.ts'
import { makeMetrics, watchHoldings } from './http/metrics.ts'
import { makeLimits, type Rates } from './limits/limits.ts'
import { openRedis } from './limits/redis.ts'
import { table } from './routes/index.ts'

/** What tests replace. */
export type Overrides = {
  readonly clock?: Clock
  readonly log?: Log
}

export type Gateway = AsyncDisposable & {
  readonly port: number
  /** By HTTPS; undefined without a certificate. */
  readonly tlsPort: number | undefined
  /** Of the small server on the loopback. */
  readonly httpPort: number
}

const ratesOf = (config: Config): Rates => ({
  reads: { perMinute: config.RATE_READS_PER_MINUTE },
  auth: { perMinute: config.RATE_LOGINS_PER_MINUTE },
  tokens: { perMinute: config.RATE_TOKENS_PER_MINUTE },
  checkout: { perMinute: config.RATE_CHECKOUTS_PER_MINUTE },
  writes: { perMinute: config.RATE_WRITES_PER_MINUTE },
  webhooks: { perMinute: config.RATE_WEBHOOKS_PER_MINUTE },
})

/** The shop's own address decides where to, never the request's `Host`. */
const httpsOriginOf = ({ GATEWAY_PLAIN, ISSUER_URL }: Config): string | undefined =>
  GATEWAY_PLAIN === 'redirect' ? `https://${new URL(ISSUER_URL).host}` : undefined

const streamsOf = (config: Config): OpenStreams =>
  openStreams({ perHolder: config.EVENT_STREAMS_PER_ACCOUNT, inAll: config.EVENT_STREAMS })

/** The public keys come by RPC, in no shopper's trace: they are asked for again and again. */
const verifierOf = (config: Config, sidecar: Sidecar, clock: Clock) => {
  const users = sidecar.client(UserServiceService, apps.user, { idempotent: true, unsampled: true })
  return tokenVerifier({
    fetchJwks: async () => (await users.getJwks({})).jwks,
    issuer: config.ISSUER_URL,
    audience: tokenAudience,
    clock,
  })
}

/** Not the services behind it: while one is down the others can be used. */
const checksOf = (
  { READY_LAG_MS }: Config,
  { outboundReady }: Sidecar,
  serving: () => boolean,
): ReadyChecks => ({
  listeners: async () => (serving() ? undefined : 'not open'),
  sidecar: async () => ((await outboundReady()) ? undefined : 'lets no calls out'),
  eventLoop: loopInTime(READY_LAG_MS),
})

type Parts = Pick<Shop, 'log' | 'clock' | 'streams'>

const shopOf = async (
  config: Config,
  sidecar: Sidecar,
  parts: Parts,
  checks: ReadyChecks,
): Promise<Shop> => ({
  ...connectServices(sidecar),
  ...parts,
  heartbeatMs: config.EVENT_HEARTBEAT_MS,
  currency: config.SHOP_CURRENCY,
  ready: async () => (await readinessOf(checks, () => false)).ready,
  documents: await readDocuments({
    imagesDir: config.IMAGES_DIR,
    contacts: config.SECURITY_CONTACT,
    origin: config.ISSUER_URL,
  }),
})

/** The public listeners: plain HTTP, and HTTPS where a port and a certificate are given. */
const openDoors = async (app: Express, config: Config, log: Log) => {
  await using starting = new AsyncDisposableStack()
  const { PUBLIC_HOST: host, MAX_SOCKETS: maxSockets, TLS_CHECK_MS: everyMs } = config
  const { PUBLIC_PORT, PUBLIC_TLS_PORT, TLS_CERT_FILE: certificate, TLS_KEY_FILE: key } = config
  const { port } = starting.use(await listen(app, { port: PUBLIC_PORT, host, maxSockets }))
  let secure: Awaited<ReturnType<typeof listenSecurely>> | undefined
  if (PUBLIC_TLS_PORT !== undefined && certificate !== undefined && key !== undefined) {
    const files = { certificate, key }
    const secured = { port: PUBLIC_TLS_PORT, host, maxSockets, files, everyMs, log }
    secure = starting.use(await listenSecurely(app, secured))
  }
  const open = starting.move()
  return {
    port,
    tlsPort: secure?.port,
    certificateEnds: () => secure?.certificateEnds(),
    [Symbol.asyncDispose]: () => open.disposeAsync(),
  }
}

/**
 * Starts the gateway: the public listeners and the small one for its sidecar. It is ready while its own sidecar lets
 * calls out, also when a service behind it is down.
 */
export const startGateway = async (config: Config, overrides: Overrides = {}): Promise<Gateway> => {
  const { LOG_LEVEL: level, BUILD_VERSION: version } = config
  const { clock = systemClock, log = createLog(apps.gateway, { level, version }) } = overrides
  let isServing = false
  await using starting = new AsyncDisposableStack()
  starting.use(startTelemetry({ ...telemetrySettings(config), decidesForStrangers: true }))
  const connected = starting.use(
    await connectSidecar({
      grpcPort: config.DAPR_GRPC_PORT,
      httpPort: config.DAPR_HTTP_PORT,
      apiToken: config.DAPR_API_TOKEN,
      appId: config.APP_ID,
    }),
  )
  const sidecar = strictSecrets(connected, config.SHOP_ENV)
  const streams = streamsOf(config)
  const checks = checksOf(config, sidecar, () => isServing)
  const shop = await shopOf(config, sidecar, { log, clock, streams }, checks)
  // First of all: the sidecar lets calls out only when our own port answers.
  const health = starting.use(
    await startHealthServer(
      { port: config.HTTP_PORT, host: config.HTTP_HOST },
      { checks, stopping: () => false },
    ),
  )
  const redis = starting.use(await openRedis(await sidecar.secret('redis-gateway'), log))
  const cache = new CatalogueCache(clock, config.CACHE_BYTES)
  const { changesSince } = shop.product
  starting.use(followChanges({ changesSince, cache, clock, log }))
  const app = createApp(table, {
    shop,
    verifier: verifierOf(config, sidecar, clock),
    limits: makeLimits(ratesOf(config), { redis: redis.client, clock, log }),
    cache,
    log,
    metrics: starting.use(makeMetrics()),
    corsOrigins: config.CORS_ORIGINS,
    trustedProxies: config.TRUSTED_PROXIES,
    httpsOrigin: httpsOriginOf(config),
  })
  const { port, tlsPort, certificateEnds } = starting.use(await openDoors(app, config, log))
  starting.use(watchHoldings({ cache, streams, certificateEnds }))
  starting.use(streams) // ends first: the listeners wait for what runs
  isServing = true
  log.info({ port, tlsPort }, 'serving')
  const running = starting.move()
  return {
    port,
    tlsPort,
    httpPort: health.port,
    [Symbol.asyncDispose]: async () => {
      isServing = false
      await running.disposeAsync()
    },
  }
}
