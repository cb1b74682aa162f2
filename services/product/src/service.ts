import { apps, tokenAudience } from '@micromart/contracts'
import { ProductServiceService } from '@micromart/contracts/product'
import { UserServiceService } from '@micromart/contracts/user'
import { connectSidecar, type Sidecar } from '@micromart/dapr'
import { type Clock, type Ids, type Log, systemClock, systemIds } from '@micromart/kernel'
import { createLog, serve, startTelemetry, tokenVerifier } from '@micromart/service'
import {
  type Database,
  idempotent,
  openDatabase,
  pruneIdempotency,
  readBacklog,
  startRelay,
  startSweeper,
} from '@micromart/store'
import type { Config } from './config.ts'
import { cleanHtml } from './handler/clean-html.ts'
import { productRpc } from './handler/rpc.ts'
import { countedImport, countedStock } from './metrics.ts'
import { booksMysql } from './repository/books-mysql.ts'
import { categoriesMysql } from './repository/categories-mysql.ts'
import { changesMysql } from './repository/changes-mysql.ts'
import { migrations } from './repository/migrations/index.ts'
import { productsMysql } from './repository/products-mysql.ts'
import { entities } from './repository/rows.ts'
import { stockMysql } from './repository/stock-mysql.ts'
import { productUseCases, type UseCases } from './usecase/index.ts'

/** What a test may put in place of the real thing. */
export type Overrides = { readonly clock?: Clock; readonly ids?: Ids; readonly log?: Log }

export type RunningProduct = AsyncDisposable & {
  readonly port: number
  readonly httpPort: number
  /** Lapses ended holds now. */
  readonly expire: () => Promise<void>
  /** Deletes old rows now. */
  readonly prune: () => Promise<void>
}

const sidecarOf = (config: Config): Promise<Sidecar> =>
  connectSidecar({
    grpcPort: config.DAPR_GRPC_PORT,
    httpPort: config.DAPR_HTTP_PORT,
    apiToken: config.DAPR_API_TOKEN,
    appId: config.APP_ID,
  })

const verifierOf = (config: Config, sidecar: Sidecar, clock: Clock) => {
  const users = sidecar.client(UserServiceService, apps.user)
  const fetchJwks = async () => (await users.getJwks({})).jwks
  return tokenVerifier({ fetchJwks, issuer: config.ISSUER_URL, audience: tokenAudience, clock })
}

const openStore = async (sidecar: Sidecar): Promise<Database> =>
  openDatabase({ url: await sidecar.secret('mysql-product'), entities, migrations })

type Parts = { readonly db: Database } & Required<Overrides>

const wire = (config: Config, { db, ...of }: Parts): UseCases => {
  const use = productUseCases({
    products: productsMysql(db, of),
    categories: categoriesMysql(db),
    changes: changesMysql(db, of.clock),
    stock: countedStock(stockMysql(db, of)),
    books: booksMysql(db),
    cleanHtml,
    currency: config.SHOP_CURRENCY,
    ...of,
  })
  return { ...use, importProducts: countedImport(use.importProducts) }
}

/** What is done again and again: holds lapse, rows that nobody needs any more go. The relay prunes its outbox itself. */
const startSweepers = (config: Config, use: UseCases, { db, clock, log }: Parts) => {
  const sweepers = new AsyncDisposableStack()
  const lapse = { name: 'holds', everyMs: config.EXPIRE_EVERY_MS, log, run: use.expireHolds }
  const holds = sweepers.use(startSweeper(lapse))
  const prune = async () => {
    await use.pruneChanges()
    await pruneIdempotency(db, clock.now())
  }
  const pruned = sweepers.use(
    startSweeper({ name: 'prune', everyMs: config.PRUNE_EVERY_MS, log, run: prune }),
  )
  return {
    expire: holds.runNow,
    prune: pruned.runNow,
    [Symbol.asyncDispose]: () => sweepers.disposeAsync(),
  }
}

/** Starts the product service. Disposing what it returns stops everything in reverse order. */
export const startProduct = async (
  config: Config,
  overrides: Overrides = {},
): Promise<RunningProduct> => {
  await using starting = new AsyncDisposableStack() // a failure below closes what is already open
  starting.use(
    startTelemetry({
      serviceName: config.APP_ID,
      zipkinUrl: config.ZIPKIN_URL,
      sampleRatio: config.TRACE_RATIO,
    }),
  )
  const log = overrides.log ?? createLog(apps.product, { level: config.LOG_LEVEL })
  const of = { clock: systemClock, ids: systemIds, ...overrides, log }
  const sidecar = starting.use(await sidecarOf(config))
  const db = starting.use(await openStore(sidecar))
  const parts = { db, ...of }
  const use = wire(config, parts)
  const answers = idempotent(db, of)
  starting.use(startRelay({ db, publish: sidecar.publish, log }))
  const sweepers = starting.use(startSweepers(config, use, parts))
  const server = starting.use(
    await serve({
      grpcPort: config.APP_PORT,
      httpPort: config.HTTP_PORT,
      services: [[ProductServiceService, productRpc(use, answers, config.SHOP_CURRENCY)]],
      operations: { app: apps.product, backlog: () => readBacklog(db, of.clock) },
      verifier: verifierOf(config, sidecar, of.clock),
      appToken: config.APP_API_TOKEN,
      ready: async () => {
        await db.query('SELECT 1')
        return sidecar.outboundReady()
      },
      log,
    }),
  )
  const running = starting.move() // started: the caller disposes from here on
  const { port, httpPort } = server
  const { expire, prune } = sweepers
  return { port, httpPort, expire, prune, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
