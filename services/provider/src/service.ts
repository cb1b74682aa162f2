import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { systemClock, systemIds } from '@micromart/kernel'
import { createLog, startTelemetry } from '@micromart/service'
import { openDatabase } from '@micromart/store'
import type { Config } from './config.ts'
import { listen, type Listening } from './handler/http.ts'
import { providerRoutes } from './handler/routes.ts'
import type { Ports } from './model/ports.ts'
import { chargesMysql } from './repository/charges-mysql.ts'
import { ledgerMysql } from './repository/ledger-mysql.ts'
import { migrations } from './repository/migrations/index.ts'
import { refundsMysql } from './repository/refunds-mysql.ts'
import { entities } from './repository/rows.ts'
import { readSecrets } from './secrets.ts'
import { providerUseCases } from './usecase/index.ts'

const fingerprint = (request: object): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('hex')

/** Starts the simulated payment provider. Disposing what it returns stops everything in reverse order. */
export const startProvider = async (
  config: Config,
  overrides: Partial<Ports> = {},
): Promise<Listening> => {
  await using starting = new AsyncDisposableStack()
  const { ZIPKIN_URL: zipkinUrl, TRACE_RATIO: sampleRatio, APP_ID: serviceName } = config
  starting.use(startTelemetry({ serviceName, zipkinUrl, sampleRatio }))
  const { databaseUrl: url, key } = await readSecrets(config)
  const db = starting.use(await openDatabase({ url, entities, migrations }))
  const source = { clock: systemClock, ids: systemIds, ...overrides }
  const ports: Ports = {
    ...source,
    charges: chargesMysql(db, source),
    refunds: refundsMysql(db, source),
    ledger: ledgerMysql(db),
    waits: {
      slow: () => pause(config.PROVIDER_SLOW_MS),
      silent: () => pause(config.PROVIDER_SILENCE_MS, undefined, { ref: false }),
    },
    fingerprint,
    ...overrides,
  }
  const log = createLog(serviceName, { level: config.LOG_LEVEL })
  const ready = async () => {
    await db.query('SELECT 1')
    return true
  }
  const routes = providerRoutes(providerUseCases(ports))
  const server = starting.use(await listen({ port: config.HTTP_PORT, key, routes, ready, log }))
  log.info({ port: server.port }, 'listening')
  const running = starting.move()
  return { port: server.port, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
