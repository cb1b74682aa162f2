import { apps, tokenAudience } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { OrderServiceService } from '@micromart/contracts/order'
import { PaymentServiceService } from '@micromart/contracts/payment'
import { ProductServiceService } from '@micromart/contracts/product'
import { UserServiceService } from '@micromart/contracts/user'
import { connectSidecar, type Sidecar } from '@micromart/dapr'
import { type Log, systemClock, systemIds } from '@micromart/kernel'
import { createLog, serve, startTelemetry, tokenVerifier } from '@micromart/service'
import { openDatabase, startRelay, startSweeper } from '@micromart/store'
import { startBackground } from './background.ts'
import { cartsRpc } from './client/carts-rpc.ts'
import { chargeDeadlineMs, paymentsRpc } from './client/payments-rpc.ts'
import { stockRpc } from './client/stock-rpc.ts'
import { usersRpc } from './client/users-rpc.ts'
import type { Config } from './config.ts'
import { orderTopics } from './handler/events.ts'
import { measured } from './handler/metrics.ts'
import { orderTokens } from './handler/order-token.ts'
import { orderRpc } from './handler/rpc.ts'
import { keysMysql } from './repository/keys-mysql.ts'
import { migrations } from './repository/migrations/index.ts'
import { ordersMysql } from './repository/orders-mysql.ts'
import { entities } from './repository/rows.ts'
import { orderUseCases, type Ports } from './usecase/index.ts'

/** A running order service. `sweep` runs the sweeper once, now. */
export type OrderService = AsyncDisposable & {
  readonly port: number
  readonly httpPort: number
  readonly sweep: () => Promise<void>
}

/** The other services, through the sidecar. */
const remotePorts = (sidecar: Sidecar, log: Log) => {
  const deadlines = { charge: chargeDeadlineMs }
  return {
    carts: cartsRpc(sidecar.client(CartServiceService, apps.cart)),
    users: usersRpc(sidecar.client(UserServiceService, apps.user)),
    stock: stockRpc(sidecar.client(ProductServiceService, apps.product)),
    payments: paymentsRpc(sidecar.client(PaymentServiceService, apps.payment, { deadlines }), log),
  }
}

const verifierOf = (config: Config, sidecar: Sidecar) => {
  const user = sidecar.client(UserServiceService, apps.user)
  return tokenVerifier({
    fetchJwks: async () => (await user.getJwks({})).jwks,
    issuer: config.ISSUER_URL,
    audience: tokenAudience,
    clock: systemClock,
  })
}

/** Starts the order service. Disposing what it returns stops everything in reverse order. */
export const startOrder = async (
  config: Config,
  overrides: Partial<Ports> = {},
): Promise<OrderService> => {
  await using starting = new AsyncDisposableStack() // a failure below closes what is already open
  const log = overrides.log ?? createLog(apps.order, { level: config.LOG_LEVEL })
  starting.use(
    startTelemetry({
      serviceName: apps.order,
      zipkinUrl: config.ZIPKIN_URL,
      sampleRatio: config.TRACE_RATIO,
    }),
  )
  const sidecar = starting.use(
    await connectSidecar({
      grpcPort: config.DAPR_GRPC_PORT,
      httpPort: config.DAPR_HTTP_PORT,
      apiToken: config.DAPR_API_TOKEN,
      appId: config.APP_ID,
    }),
  )
  const [url, tokenKey] = await Promise.all([
    sidecar.secret('mysql-order'),
    sidecar.secret('order-token-key'),
  ])
  const db = starting.use(await openDatabase({ url, entities, migrations }))
  const relay = starting.use(startRelay({ db, publish: sidecar.publish, log }))
  const ids = overrides.ids ?? systemIds
  const ports: Ports = {
    ...remotePorts(sidecar, log),
    orders: ordersMysql(db, ids, relay.wake),
    keys: keysMysql(db),
    background: starting.use(startBackground(log)),
    clock: systemClock,
    ids,
    log,
    currency: config.SHOP_CURRENCY,
    ...overrides,
  }
  const use = orderUseCases(ports)
  const measuredUse = { ...use, placeOrder: measured(use.placeOrder) }
  const tokens = orderTokens(Buffer.from(tokenKey, 'base64'))
  const server = starting.use(
    await serve({
      grpcPort: config.APP_PORT,
      httpPort: config.HTTP_PORT,
      services: [[OrderServiceService, orderRpc(measuredUse, tokens)]],
      topics: orderTopics(use),
      verifier: verifierOf(config, sidecar),
      appToken: config.APP_API_TOKEN,
      ready: sidecar.outboundReady,
      log,
    }),
  )
  const sweeper = starting.use(
    startSweeper({ name: 'orders', everyMs: config.SWEEP_EVERY_MS, run: use.settleDue, log }),
  )
  const running = starting.move() // started: the caller disposes from here on
  return {
    port: server.port,
    httpPort: server.httpPort,
    sweep: sweeper.runNow,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
