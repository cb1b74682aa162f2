import { apps, tokenAudience } from '@micromart/contracts'
import { ProductServiceService } from '@micromart/contracts/product'
import { UserServiceService } from '@micromart/contracts/user'
import { connectSidecar, type Sidecar } from '@micromart/dapr'
import { type Clock, type Ids, type Log, systemClock, systemIds } from '@micromart/kernel'
import { createLog, serve, startTelemetry, tokenVerifier } from '@micromart/service'
import { type Database, openDatabase, startRelay, startSweeper } from '@micromart/store'
import type { Config } from './config.ts'
import { cleanHtml } from './handler/clean-html.ts'
import { productWatch, type Watch } from './handler/metrics.ts'
import { productRpc } from './handler/rpc.ts'
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
  readonly sweep: () => Promise<void>
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

const wire = (config: Config, db: Database, of: { clock: Clock; ids: Ids; log: Log }): UseCases =>
  productUseCases({
    products: productsMysql(db, of),
    categories: categoriesMysql(db),
    changes: changesMysql(db, of.clock),
    stock: stockMysql(db, of),
    books: booksMysql(db),
    cleanHtml,
    currency: config.SHOP_CURRENCY,
    ...of,
  })

const startSweepers = (use: UseCases, watch: Watch, config: Config, log: Log) => {
  const sweepers = new AsyncDisposableStack()
  const expire = async () => watch.lapsed(await use.expireHolds())
  const holds = { name: 'holds', everyMs: config.EXPIRE_EVERY_MS, log, run: expire }
  const expiry = sweepers.use(startSweeper(holds))
  const changes = { name: 'changes', everyMs: config.PRUNE_EVERY_MS, log, run: use.pruneChanges }
  sweepers.use(startSweeper(changes))
  return {
    sweep: () => expiry.runNow(),
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
  const use = wire(config, db, of)
  const watch = productWatch()
  starting.use(startRelay({ db, publish: sidecar.publish, log }))
  const sweepers = starting.use(startSweepers(use, watch, config, log))
  const server = starting.use(
    await serve({
      grpcPort: config.APP_PORT,
      httpPort: config.HTTP_PORT,
      services: [[ProductServiceService, productRpc(use, watch, config.SHOP_CURRENCY)]],
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
  const { sweep } = sweepers
  return { port, httpPort, sweep, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
