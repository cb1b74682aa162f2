import { apps } from '@micromart/contracts'
import { PaymentServiceService } from '@micromart/contracts/payment'
import { startBreakers } from '@micromart/dapr'
import { type Platform, type Running, startPlatform } from '@micromart/service'
import {
  auditMysql,
  type Database,
  openDatabase,
  pruneInbox,
  readBacklog,
  startRelay,
  startSweeper,
} from '@micromart/store'
import type { Config } from './config.ts'
import { paymentRpc } from './handler/rpc.ts'
import type { Ports } from './model/ports.ts'
import { openProvider } from './provider.ts'
import { booksMysql } from './repository/books-mysql.ts'
import { migrations } from './repository/migrations/index.ts'
import { noticesMysql } from './repository/notices-mysql.ts'
import { watchPayments } from './repository/payment-gauges.ts'
import { paymentCounters } from './repository/payment-metrics.ts'
import { paymentsMysql } from './repository/payments-mysql.ts'
import { refundsMysql } from './repository/refunds-mysql.ts'
import { entities } from './repository/rows.ts'
import { paymentUseCases } from './usecase/index.ts'

const hourMs = 3_600_000
/** Ten times as long as a provider repeats a notice. */
const noticesKeptMs = 30 * 24 * hourMs

type Opened = {
  readonly config: Config
  readonly db: Database
  readonly platform: Platform
  readonly starting: AsyncDisposableStack
}

const wire = async (opened: Opened, overrides: Partial<Ports>): Promise<Ports> => {
  const { config, db, starting } = opened
  const { sidecar, log, clock, ids } = opened.platform
  const relay = starting.use(startRelay({ db, publish: sidecar.publish, log }))
  const breakers = starting.use(startBreakers(() => true)) // a decline is an answer, not an error
  const telling = { ids, clock, wake: relay.wake, counters: paymentCounters() }
  return {
    payments: paymentsMysql(db, telling),
    refunds: refundsMysql(db, telling),
    notices: noticesMysql(db, telling),
    books: booksMysql(db),
    provider: overrides.provider ?? (await openProvider(config, sidecar, { breakers, clock, log })),
    clock,
    ids,
    log,
    ...overrides,
  }
}

const startPruning = ({ db, platform: { clock, log } }: Opened) =>
  startSweeper({
    name: 'old notices',
    everyMs: hourMs,
    run: async () => {
      await pruneInbox(db, new Date(clock.now().getTime() - noticesKeptMs))
    },
    log,
  })

/** A running payment service. `sweep` runs the sweeper once, now. */
export type PaymentService = Running & { readonly sweep: () => Promise<void> }

/** Starts the payment service. Disposing what it returns stops everything in reverse order. */
export const startPayment = async (
  config: Config,
  overrides: Partial<Ports> = {},
): Promise<PaymentService> => {
  await using starting = new AsyncDisposableStack()
  const platform = starting.use(await startPlatform(apps.payment, config, overrides))
  const url = await platform.sidecar.secret('mysql-payment')
  const db = starting.use(await openDatabase({ url, entities, migrations }))
  starting.use(watchPayments(db, platform.clock))
  const opened = { config, db, platform, starting }
  const ports = await wire(opened, overrides)
  const use = paymentUseCases(ports)
  starting.use(startPruning(opened))
  const running = starting.use(
    await platform.serve({
      services: [[PaymentServiceService, paymentRpc(use)]],
      operations: {
        app: apps.payment,
        audit: auditMysql(db),
        backlog: () => readBacklog(db, platform.clock),
      },
      storeAnswers: () => db.query('SELECT 1'),
    }),
  )
  const everyMs = config.SWEEP_EVERY_MS
  const { log } = ports
  const sweeper = starting.use(
    startSweeper({ name: 'late captures', everyMs, run: use.payBackLate, log }),
  )
  const started = starting.move()
  const sweep = sweeper.runNow
  return { ...running, sweep, [Symbol.asyncDispose]: () => started.disposeAsync() }
}
