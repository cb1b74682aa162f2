import { setTimeout as pause } from 'node:timers/promises'
import { apps } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { OrderServiceService } from '@micromart/contracts/order'
import { PaymentServiceService } from '@micromart/contracts/payment'
import { ProductServiceService } from '@micromart/contracts/product'
import { UserServiceService } from '@micromart/contracts/user'
import type { RpcClient, Sidecar } from '@micromart/dapr'
import type { Clock, Log } from '@micromart/kernel'
import { type Platform, startBackground, startPlatform } from '@micromart/service'
import {
  afterCommit,
  auditMysql,
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
import { booksRpc } from './client/books-rpc.ts'
import { cartsRpc } from './client/carts-rpc.ts'
import { chargeDeadlineMs, paymentsRpc } from './client/payments-rpc.ts'
import { stockRpc } from './client/stock-rpc.ts'
import { usersRpc } from './client/users-rpc.ts'
import type { Config } from './config.ts'
import { attendedInTrace } from './handler/attended.ts'
import { orderTopics } from './handler/events.ts'
import { orderTokens } from './handler/order-token.ts'
import { orderRpc } from './handler/rpc.ts'
import { countedOrders, countWatchers, timed, timedSteps } from './metrics.ts'
import { limits } from './model/limits.ts'
import { booksMysql } from './repository/books-mysql.ts'
import { keysMysql } from './repository/keys-mysql.ts'
import { migrations } from './repository/migrations/index.ts'
import { watchOrders } from './repository/order-gauges.ts'
import { ordersMysql } from './repository/orders-mysql.ts'
import { entities } from './repository/rows.ts'
import { timelineNews } from './repository/timeline-news.ts'
import { startTimelineTail } from './repository/timeline-tail.ts'
import { orderUseCases, type Ports, type UseCases } from './usecase/index.ts'

/** A running order service. `sweep` runs its sweepers once, now. */
export type OrderService = AsyncDisposable & {
  readonly port: number
  readonly httpPort: number
  readonly sweep: () => Promise<void>
}

/** Payment as order asks it; the question for refunds that nobody told of is asked for ever, and in no trace. */
const paymentClient = (sidecar: Sidecar): RpcClient<PaymentServiceService> => {
  const deadlines = { charge: chargeDeadlineMs, continueCharge: chargeDeadlineMs }
  const polls = sidecar.client(PaymentServiceService, apps.payment, { unsampled: true })
  const { listForeignRefunds } = polls
  return {
    ...sidecar.client(PaymentServiceService, apps.payment, { deadlines }),
    listForeignRefunds,
  }
}

/** The other services, through the sidecar. */
const remotePorts = (sidecar: Sidecar, log: Log) => {
  const again = { idempotent: true } // reads, and holds keyed by the order; payment's calls are repeated by Dapr
  return {
    carts: cartsRpc(sidecar.client(CartServiceService, apps.cart, again)),
    users: usersRpc(sidecar.client(UserServiceService, apps.user, again)),
    stock: stockRpc(sidecar.client(ProductServiceService, apps.product, again)),
    payments: paymentsRpc(paymentClient(sidecar), log),
  }
}

const oneHour = 3_600_000

/** Sweeps for each look at refunds that nobody told of: they are rare, and an event lost is rarer. */
const foreignEvery = 10

/** How late another replica's entries reach a watcher at most. */
const lookMs = 300

/** What the books give work under way before a disagreement counts. */
const bookMoment = 2_000

/** Answers by idempotency key, of all RPCs but PlaceOrder. */
const answersOf = (db: Database, clock: Clock) => ({
  once: idempotent(db, { clock }),
  resumed: resumable(db, { clock, lockMs: limits.attempt }),
})

type Stored = { readonly db: Database; readonly clock: Clock }

const operationsOf = (use: UseCases, { db, clock }: Stored, answers: KeyedAnswers) => ({
  app: apps.order,
  letters: deadLettersMysql(db),
  audit: auditMysql(db),
  answers,
  backlog: () => readBacklog(db, clock),
  erase: (userId: string) => use.eraseShopper(userId),
  clock,
})

type Base = { readonly platform: Platform; readonly db: Database }

/** Listens once all else is ready; the sweeper begins last and ends first. */
const startServing = async (config: Config, { platform, db }: Base, ports: Ports) => {
  await using starting = new AsyncDisposableStack()
  const use = orderUseCases(ports)
  const { clock, log } = ports
  const tokenKey = await platform.sidecar.secret('order-token-key')
  const tokens = orderTokens(Buffer.from(tokenKey, 'base64'))
  const answers = answersOf(db, clock)
  const watched = { ...use, placeOrder: timed(use.placeOrder) }
  const server = starting.use(
    await platform.serve({
      services: [[OrderServiceService, orderRpc(watched, { tokens, answers })]],
      topics: orderTopics(use),
      operations: operationsOf(use, { db, clock }, answers.resumed),
      storeAnswers: () => db.query('SELECT 1'),
    }),
  )
  const everyMs = config.SWEEP_EVERY_MS
  const sweeper = starting.use(startSweeper({ name: 'orders', everyMs, run: use.settleDue, log }))
  const refunds = { name: 'refunds of others', everyMs: everyMs * foreignEvery, log }
  const foreign = starting.use(startSweeper({ ...refunds, run: use.takeOverRefunds }))
  starting.use(startSweeper({ name: 'prune', everyMs: oneHour, run: use.pruneOld, log }))
  const stack = starting.move()
  const { port, httpPort } = server
  const sweep = async () => {
    await sweeper.runNow()
    await foreign.runNow()
  }
  return { port, httpPort, sweep, [Symbol.asyncDispose]: () => stack.disposeAsync() }
}

/** What a test puts in place of the real ports, or around them. */
export type Overrides = (ports: Ports) => Partial<Ports>

/** Starts the order service. Disposing what it returns stops everything in reverse order. */
export const startOrder = async (
  config: Config,
  overrides: Overrides = () => ({}),
): Promise<OrderService> => {
  await using starting = new AsyncDisposableStack() // a failure below closes what is already open
  const platform = starting.use(await startPlatform(apps.order, config))
  const { sidecar, log, clock, ids } = platform
  const url = await sidecar.secret('mysql-order')
  const db = starting.use(await openDatabase({ url, entities, migrations }))
  const relay = starting.use(startRelay({ db, publish: sidecar.publish, log }))
  const tail = starting.use(startTimelineTail({ news: timelineNews(db), everyMs: lookMs, log }))
  starting.use(countWatchers(tail.watchers))
  starting.use(watchOrders(db, clock))
  const moment = () => pause(bookMoment)
  const told = {
    event: () => afterCommit(relay.wake),
    entries: (orderId: string) => afterCommit(() => tail.wrote(orderId)),
  }
  const remote = remotePorts(sidecar, log)
  const orders = countedOrders(ordersMysql(db, ids, told))
  const real: Ports = {
    clock,
    ids,
    log,
    currency: config.SHOP_CURRENCY,
    users: remote.users,
    ...timedSteps({ ...remote, orders }),
    keys: keysMysql(db),
    books: { own: booksMysql(db, clock), remote: booksRpc(sidecar), moment },
    background: starting.use(startBackground(log)),
    attended: attendedInTrace,
    tail,
  }
  const ports = { ...real, ...overrides(real) }
  const serving = starting.use(await startServing(config, { platform, db }, ports))
  starting.defer(tail.close) // before the server, which waits for open streams
  const running = starting.move() // started: the caller disposes from here on
  return { ...serving, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
