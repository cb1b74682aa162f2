import { apps, tokenAudience } from '@micromart/contracts'
import { CartBooksServiceService, CartServiceService } from '@micromart/contracts/cart'
import { ProductServiceService } from '@micromart/contracts/product'
import { UserServiceService } from '@micromart/contracts/user'
import { connectSidecar, type Sidecar } from '@micromart/dapr'
import { type Log, systemClock, systemIds } from '@micromart/kernel'
import { createLog, serve, startTelemetry, tokenVerifier } from '@micromart/service'
import { offersProduct } from './client/offers-product.ts'
import type { Config } from './config.ts'
import { guestTokens } from './crypto/guest-tokens-node.ts'
import { cartBooksRpc } from './handler/books-rpc.ts'
import { cartTopics } from './handler/events.ts'
import { cartRpc } from './handler/rpc.ts'
import type { Ports } from './model/ports.ts'
import { cartsDapr } from './repository/carts-dapr.ts'
import { lettersDapr } from './repository/letters-dapr.ts'
import { cartUseCases } from './usecase/index.ts'

/** What a test may put in place of the real thing. */
export type Overrides = Partial<Ports & { readonly log: Log }>

export type RunningCart = AsyncDisposable & { readonly port: number; readonly httpPort: number }

const sidecarOf = (config: Config): Promise<Sidecar> =>
  connectSidecar({
    grpcPort: config.DAPR_GRPC_PORT,
    httpPort: config.DAPR_HTTP_PORT,
    apiToken: config.DAPR_API_TOKEN,
    appId: config.APP_ID,
  })

const verifierOf = (config: Config, sidecar: Sidecar, { clock }: Pick<Ports, 'clock'>) => {
  const users = sidecar.client(UserServiceService, apps.user)
  const fetchJwks = async () => (await users.getJwks({})).jwks
  return tokenVerifier({ fetchJwks, issuer: config.ISSUER_URL, audience: tokenAudience, clock })
}

/** Cart has neither outbox nor rows of keys: it is behind by its dead letters only. */
const operationsOf = ({ state }: Sidecar, { clock }: Pick<Ports, 'clock'>) => {
  const letters = lettersDapr(state)
  const backlog = async () => ({
    unsent: 0,
    oldestUnsentAt: undefined,
    openDeadLetters: await letters.countOpen(),
    abandonedKeys: 0,
  })
  return { app: apps.cart, letters, backlog, clock }
}

/** Starts the cart service. Disposing what it returns stops everything in reverse order. */
export const startCart = async (
  config: Config,
  overrides: Overrides = {},
): Promise<RunningCart> => {
  await using starting = new AsyncDisposableStack() // a failure below closes what is already open
  starting.use(
    startTelemetry({
      serviceName: config.APP_ID,
      zipkinUrl: config.ZIPKIN_URL,
      sampleRatio: config.TRACE_RATIO,
    }),
  )
  const log = overrides.log ?? createLog(apps.cart, { level: config.LOG_LEVEL })
  const sidecar = starting.use(await sidecarOf(config))
  const ports: Ports = {
    carts: cartsDapr(sidecar.state),
    offers: offersProduct(sidecar.client(ProductServiceService, apps.product)),
    tokens: guestTokens,
    ids: systemIds,
    clock: systemClock,
    currency: config.SHOP_CURRENCY,
    ...overrides,
  }
  const use = cartUseCases(ports)
  const server = starting.use(
    await serve({
      grpcPort: config.APP_PORT,
      httpPort: config.HTTP_PORT,
      services: [
        [CartServiceService, cartRpc(use)],
        [CartBooksServiceService, cartBooksRpc(use)],
      ],
      topics: cartTopics(use),
      operations: operationsOf(sidecar, ports),
      verifier: verifierOf(config, sidecar, ports),
      appToken: config.APP_API_TOKEN,
      ready: sidecar.outboundReady,
      log,
    }),
  )
  const running = starting.move() // started: the caller disposes from here on
  const { port, httpPort } = server
  return { port, httpPort, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
