import { setTimeout as pause } from 'node:timers/promises'
import { apps, tokenAudience } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { OrderServiceService } from '@micromart/contracts/order'
import { PaymentServiceService } from '@micromart/contracts/payment'
import { ProductServiceService } from '@micromart/contracts/product'
import { UserServiceService } from '@micromart/contracts/user'
import { connectSidecar, type Sidecar } from '@micromart/dapr'
import { type Clock, type Log, systemClock, systemIds } from '@micromart/kernel'
import { createLog, serve, startTelemetry, tokenVerifier } from '@micromart/service'
import {
  afterCommit,
  type Database,
  deadLettersMysql,
  idempotent,
  type KeyedAnswers,
  openDatabase,
  readBacklog,
  resumable,
  startRelay,
  startSweeper,
} from '@micromart/store'
import { startBackground } from './background.ts'
import { booksRpc } from './client/books-rpc.ts'
import { cartsRpc } from './client/carts-rpc.ts'
import { chargeDeadlineMs, paymentsRpc } from './client/payments-rpc.ts'
import { stockRpc } from './client/stock-rpc.ts'
import { usersRpc } from './client/users-rpc.ts'
import type { Config } from './config.ts'
import { orderTopics } from './handler/events.ts'
import { orderTokens } from './handler/order-token.ts'
import { orderRpc } from './handler/rpc.ts'
import { countedOrders, countWatchers, timed } from './metrics.ts'
import { limits } from './model/limits.ts'
import { booksMysql } from './repository/books-mysql.ts'
import { keysMysql } from './repository/keys-mysql.ts'
import { migrations } from './repository/migrations/index.ts'
import { ordersMysql } from './repository/orders-mysql.ts'
import { entities } from './repository/rows.ts'
import { timelineNews } from './repository/timeline-news.ts'
import { startTimelineTail } from './timeline-tail.ts'
import { orderUseCases, type Ports } from './usecase/index.ts'

/** A running order service. `sweep` runs the sweeper once, now. */
export type OrderService = AsyncDisposable & {
  readonly port: number
  readonly httpPort: number
  readonly sweep: () => Promise<void>
}

/** The other services, through the sidecar. */
const remotePorts = (sidecar: Sidecar, log: Log) => {
  const deadlines = { charge: chargeDeadlineMs, continueCharge: chargeDeadlineMs }
  const idempotent = true // reads, and holds keyed by the order; payment's calls are repeated by Dapr
  return {
    carts: cartsRpc(sidecar.client(CartServiceService, apps.cart, { idempotent })),
    users: usersRpc(sidecar.client(UserServiceService, apps.user, { idempotent })),
    stock: stockRpc(sidecar.client(ProductServiceService, apps.product, { idempotent })),
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

const telemetryOf = ({ ZIPKIN_URL, TRACE_RATIO }: Config) => ({
  serviceName: apps.order,
  zipkinUrl: ZIPKIN_URL,
  sampleRatio: TRACE_RATIO,
})

const sidecarOf = (config: Config) => ({
  grpcPort: config.DAPR_GRPC_PORT,
  httpPort: config.DAPR_HTTP_PORT,
  apiToken: config.DAPR_API_TOKEN,
  appId: config.APP_ID,
})

const oneHour = 3_600_000

/** How late another replica's entries reach a watcher at most. */
const lookMs = 300

/** What the books give work under way before a disagreement counts. */
const bookMoment = 2_000

/** Answers by idempotency key, of all RPCs but PlaceOrder. */
const answersOf = (db: Database, clock: Clock) => ({
  once: idempotent(db, { clock }),
  resumed: resumable(db, { clock, lockMs: limits.attempt }),
})

const operationsOf = (db: Database, clock: Clock, answers: KeyedAnswers) => ({
  app: apps.order,
  letters: deadLettersMysql(db),
  answers,
  backlog: () => readBacklog(db, clock),
  clock,
})

type Base = { readonly sidecar: Sidecar; readonly db: Database }

/** Listens once all else is ready; the sweeper begins last and ends first. */
const startServing = async (config: Config, { sidecar, db }: Base, ports: Ports) => {
  await using starting = new AsyncDisposableStack()
  const use = orderUseCases(ports)
  const tokenKey = Buffer.from(await sidecar.secret('order-token-key'), 'base64')
  const answers = answersOf(db, ports.clock)
  const watched = { ...use, placeOrder: timed(use.placeOrder) }
  const server = starting.use(
    await serve({
      grpcPort: config.APP_PORT,
      httpPort: config.HTTP_PORT,
      services: [[OrderServiceService, orderRpc(watched, orderTokens(tokenKey), answers)]],
      topics: orderTopics(use),
      operations: operationsOf(db, ports.clock, answers.resumed),
      verifier: verifierOf(config, sidecar),
      appToken: config.APP_API_TOKEN,
      ready: async () => {
        await db.query('SELECT 1')
        return sidecar.outboundReady()
      },
      log: ports.log,
    }),
  )
  const sweep = { name: 'orders', everyMs: config.SWEEP_EVERY_MS, run: use.settleDue }
  const sweeper = starting.use(startSweeper({ ...sweep, log: ports.log }))
  const prune = { name: 'prune', everyMs: oneHour, run: use.pruneOld }
  starting.use(startSweeper({ ...prune, log: ports.log }))
  const stack = starting.move()
  const { port, httpPort } = server
  return {
    port,
    httpPort,
    sweep: sweeper.runNow,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  }
}

/** What a test puts in place of the real ports, or around them. */
export type Overrides = (ports: Ports) => Partial<Ports>

/** Starts the order service. Disposing what it returns stops everything in reverse order. */
export const startOrder = async (
  config: Config,
  overrides: Overrides = () => ({}),
): Promise<OrderService> => {
  await using starting = new AsyncDisposableStack() // a failure below closes what is already open
  starting.use(startTelemetry(telemetryOf(config)))
  const log = createLog(apps.order, { level: config.LOG_LEVEL })
  const sidecar = starting.use(await connectSidecar(sidecarOf(config)))
  const url = await sidecar.secret('mysql-order')
  const db = starting.use(await openDatabase({ url, entities, migrations }))
  const relay = starting.use(startRelay({ db, publish: sidecar.publish, log }))
  const tail = starting.use(startTimelineTail({ news: timelineNews(db), everyMs: lookMs, log }))
  countWatchers(tail.watchers)
  const told = {
    event: () => afterCommit(relay.wake),
    entries: (orderId: string) => afterCommit(() => tail.wrote(orderId)),
  }
  const own = { clock: systemClock, ids: systemIds, log, currency: config.SHOP_CURRENCY }
  const real: Ports = {
    ...own,
    ...remotePorts(sidecar, log),
    orders: countedOrders(ordersMysql(db, own.ids, told)),
    tail,
    keys: keysMysql(db),
    books: { own: booksMysql(db), remote: booksRpc(sidecar), moment: () => pause(bookMoment) },
    background: starting.use(startBackground(log)),
  }
  const ports = { ...real, ...overrides(real) }
  const serving = starting.use(await startServing(config, { sidecar, db }, ports))
  starting.defer(tail.close) // before the server, which waits for open streams
  const running = starting.move() // started: the caller disposes from here on
  return { ...serving, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
