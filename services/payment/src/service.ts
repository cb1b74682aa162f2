import { PaymentServiceService } from '@micromart/contracts/payment'
import { connectSidecar, type Sidecar, startBreakers } from '@micromart/dapr'
import { DomainError, systemClock, systemIds } from '@micromart/kernel'
import {
  createLog,
  type Running,
  serve,
  startTelemetry,
  type TokenVerifier,
} from '@micromart/service'
import { type Database, openDatabase, startRelay } from '@micromart/store'
import type { Config } from './config.ts'
import { paymentRpc } from './handler/rpc.ts'
import type { Ports } from './model/ports.ts'
import { migrations } from './repository/migrations/index.ts'
import { openProvider } from './provider.ts'
import { booksMysql } from './repository/books-mysql.ts'
import { noticesMysql } from './repository/notices-mysql.ts'
import { paymentCounters } from './repository/payment-metrics.ts'
import { paymentsMysql } from './repository/payments-mysql.ts'
import { refundsMysql } from './repository/refunds-mysql.ts'
import { entities } from './repository/rows.ts'
import { paymentUseCases } from './usecase/index.ts'

/** Every RPC of payment is a service's: no user's token is ever read. */
const noUsers: TokenVerifier = {
  verify: async () => {
    throw new DomainError('unauthenticated', 'token_invalid')
  },
}

type Opened = {
  readonly config: Config
  readonly db: Database
  readonly sidecar: Sidecar
  readonly starting: AsyncDisposableStack
}

const wire = async (opened: Opened, overrides: Partial<Ports>): Promise<Ports> => {
  const { config, db, sidecar, starting } = opened
  const log = createLog(config.APP_ID, { level: config.LOG_LEVEL })
  const relay = starting.use(startRelay({ db, publish: sidecar.publish, log }))
  const breakers = starting.use(startBreakers(() => true)) // a decline is an answer, not an error
  const { clock = systemClock, ids = systemIds } = overrides
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

/** Starts the payment service. Disposing what it returns stops everything in reverse order. */
export const startPayment = async (
  config: Config,
  overrides: Partial<Ports> = {},
): Promise<Running> => {
  await using starting = new AsyncDisposableStack()
  const { ZIPKIN_URL: zipkinUrl, TRACE_RATIO: sampleRatio, APP_ID: serviceName } = config
  starting.use(startTelemetry({ serviceName, zipkinUrl, sampleRatio }))
  const sidecar = starting.use(
    await connectSidecar({
      grpcPort: config.DAPR_GRPC_PORT,
      httpPort: config.DAPR_HTTP_PORT,
      apiToken: config.DAPR_API_TOKEN,
      appId: config.APP_ID,
    }),
  )
  const url = await sidecar.secret('mysql-payment')
  const db = starting.use(await openDatabase({ url, entities, migrations }))
  const ports = await wire({ config, db, sidecar, starting }, overrides)
  const running = starting.use(
    await serve({
      grpcPort: config.APP_PORT,
      httpPort: config.HTTP_PORT,
      services: [[PaymentServiceService, paymentRpc(paymentUseCases(ports))]],
      verifier: noUsers,
      appToken: config.APP_API_TOKEN,
      ready: async () => {
        await db.query('SELECT 1')
        return sidecar.outboundReady()
      },
      log: ports.log,
    }),
  )
  const started = starting.move()
  return { ...running, [Symbol.asyncDispose]: () => started.disposeAsync() }
}
