import { apps } from '@micromart/contracts'
import { ProductServiceService } from '@micromart/contracts/product'
import type { Sidecar } from '@micromart/dapr'
import { type Platform, type PlatformOverrides, startPlatform } from '@micromart/service'
import {
  auditMysql,
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
import { watchStock } from './repository/stock-gauges.ts'
import { stockMysql } from './repository/stock-mysql.ts'
import { productUseCases, type UseCases } from './usecase/index.ts'

export type RunningProduct = AsyncDisposable & {
  readonly port: number
  readonly httpPort: number
  /** Lapses ended holds now. */
  readonly expire: () => Promise<void>
  /** Deletes old rows now. */
  readonly prune: () => Promise<void>
}

const openStore = async (sidecar: Sidecar): Promise<Database> =>
  openDatabase({ url: await sidecar.secret('mysql-product'), entities, migrations })

type Parts = Pick<Platform, 'clock' | 'ids' | 'log'> & { readonly db: Database }

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
  overrides: PlatformOverrides = {},
): Promise<RunningProduct> => {
  await using starting = new AsyncDisposableStack() // a failure below closes what is already open
  const platform = starting.use(await startPlatform(apps.product, config, overrides))
  const { sidecar, clock, ids, log } = platform
  const db = starting.use(await openStore(sidecar))
  const parts = { db, clock, ids, log }
  starting.use(watchStock(db, clock))
  const use = wire(config, parts)
  const answers = idempotent(db, { clock })
  starting.use(startRelay({ db, publish: sidecar.publish, log }))
  const { expire, prune } = starting.use(startSweepers(config, use, parts))
  const { port, httpPort } = starting.use(
    await platform.serve({
      services: [[ProductServiceService, productRpc(use, answers, config.SHOP_CURRENCY)]],
      operations: {
        app: apps.product,
        audit: auditMysql(db),
        backlog: () => readBacklog(db, clock),
      },
      storeAnswers: () => db.query('SELECT 1'),
    }),
  )
  const running = starting.move() // started: the caller disposes from here on
  return { port, httpPort, expire, prune, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
