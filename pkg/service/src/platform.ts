import { type App, apps, tokenAudience } from '@micromart/contracts'
import { UserServiceService } from '@micromart/contracts/user'
import { connectSidecar, type Sidecar } from '@micromart/dapr'
import { type Clock, type Ids, type Log, systemClock, systemIds } from '@micromart/kernel'
import { createLog } from './log.ts'
import { strictSecrets } from './production.ts'
import { loopInTime, type ReadyChecks } from './readiness.ts'
import { type Running, serve, type ServeSettings } from './serve.ts'
import type { BaseConfig } from './settings.ts'
import { startTelemetry, telemetrySettings } from './telemetry.ts'
import { type TokenVerifier, tokenVerifier } from './token-verifier.ts'

/** What a test may put in place of the real thing. */
export type PlatformOverrides = {
  readonly clock?: Clock
  readonly ids?: Ids
  readonly log?: Log
}

/** What a service serves, besides what its platform knows. */
export type Offer = Pick<ServeSettings, 'services' | 'topics' | 'operations'> & {
  /** Who a token speaks for; the user service's keys decide unless said otherwise. */
  readonly verifier?: TokenVerifier
  /** Throws when the service's own store does not answer; the sidecar is asked anyway. */
  readonly storeAnswers?: () => Promise<unknown>
}

/** What a service stands on before it knows what it is for. */
export type Platform = AsyncDisposable & {
  readonly sidecar: Sidecar
  readonly log: Log
  readonly clock: Clock
  readonly ids: Ids
  /** Listens for RPCs, events and health questions: the last thing that a service starts. */
  readonly serve: (offer: Offer) => Promise<Running>
}

/** Verifies by the user service's public keys. */
const shopVerifier = (config: BaseConfig, sidecar: Sidecar, clock: Clock): TokenVerifier => {
  // In no shopper's trace: it is asked again and again.
  const asking = { idempotent: true, unsampled: true }
  const users = sidecar.client(UserServiceService, apps.user, asking)
  const fetchJwks = async () => (await users.getJwks({})).jwks
  return tokenVerifier({ fetchJwks, issuer: config.ISSUER_URL, audience: tokenAudience, clock })
}

const checksOf = (
  { READY_LAG_MS }: BaseConfig,
  { outboundReady }: Sidecar,
  storeAnswers: Offer['storeAnswers'],
): ReadyChecks => ({
  ...(storeAnswers && {
    store: async () => {
      await storeAnswers()
      return undefined
    },
  }),
  sidecar: async () => ((await outboundReady()) ? undefined : 'lets no calls out'),
  eventLoop: loopInTime(READY_LAG_MS),
})

/**
 * Starts a service's telemetry and its way to the sidecar. Its own parts come next, `serve` is the last; disposing goes the
 * other way round:
 * `const platform = starting.use(await startPlatform(apps.cart, config))`, then `starting.use(await platform.serve({ ... }))`.
 */
export const startPlatform = async (
  app: App,
  config: BaseConfig,
  { clock = systemClock, ids = systemIds, ...given }: PlatformOverrides = {},
): Promise<Platform> => {
  await using starting = new AsyncDisposableStack()
  starting.use(startTelemetry(telemetrySettings(config)))
  const log =
    given.log ?? createLog(app, { level: config.LOG_LEVEL, version: config.BUILD_VERSION })
  const { DAPR_GRPC_PORT: grpcPort, DAPR_HTTP_PORT: httpPort, DAPR_API_TOKEN: apiToken } = config
  const { APP_ID: appId } = config
  const connected = starting.use(await connectSidecar({ grpcPort, httpPort, apiToken, appId }))
  const sidecar = strictSecrets(connected, config.SHOP_ENV)
  const running = starting.move()
  return {
    sidecar,
    log,
    clock,
    ids,
    serve: ({ verifier, storeAnswers, ...offer }) =>
      serve({
        ...offer,
        grpcPort: config.APP_PORT,
        httpPort: config.HTTP_PORT,
        httpHost: config.HTTP_HOST,
        appToken: config.APP_API_TOKEN,
        verifier: verifier ?? shopVerifier(config, sidecar, clock),
        checks: checksOf(config, sidecar, storeAnswers),
        log,
      }),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
