import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { setTimeout as pause } from 'node:timers/promises'
import { type Log, systemClock, systemIds } from '@micromart/kernel'
import { createLog, startTelemetry, telemetrySettings } from '@micromart/service'
import { type Database, openDatabase } from '@micromart/store'
import { webhookHttp } from './client/webhook-http.ts'
import { startClock } from './clock.ts'
import type { Config } from './config.ts'
import { withFaults } from './handler/faults.ts'
import { listen, type Listening } from './handler/http.ts'
import { servePage } from './handler/page.ts'
import { providerRoutes } from './handler/routes.ts'
import type { Ports } from './model/ports.ts'
import { chargesMysql } from './repository/charges-mysql.ts'
import { faultsMemory } from './repository/faults-memory.ts'
import { ledgerMysql } from './repository/ledger-mysql.ts'
import { migrations } from './repository/migrations/index.ts'
import { noticesMysql } from './repository/notices-mysql.ts'
import { refundsMysql } from './repository/refunds-mysql.ts'
import { entities } from './repository/rows.ts'
import { readSecrets } from './secrets.ts'
import { providerUseCases, type UseCases } from './usecase/index.ts'

const fingerprint = (request: object): string =>
  createHash('sha256').update(JSON.stringify(request)).digest('hex')

/** A receipt has to come within this, in ms. */
const webhookLimitMs = 10_000

type Opened = {
  readonly config: Config
  readonly db: Database
  readonly webhookKey: string
  readonly wake: () => void
  readonly log: Log
}

const wire = (opened: Opened, overrides: Partial<Ports>): Ports => {
  const { config, db, webhookKey, wake, log } = opened
  const source = { clock: systemClock, ids: systemIds, ...overrides, wake }
  const webhook = { url: config.PROVIDER_WEBHOOK_URL, key: webhookKey, limitMs: webhookLimitMs }
  return {
    clock: source.clock,
    ids: source.ids,
    charges: chargesMysql(db, source),
    refunds: refundsMysql(db, source),
    ledger: ledgerMysql(db),
    notices: noticesMysql(db, source),
    tell: webhookHttp(webhook, { clock: source.clock, log }),
    faults: faultsMemory(source.ids),
    waits: {
      slow: () => pause(config.PROVIDER_SLOW_MS),
      silent: () => pause(config.PROVIDER_SILENCE_MS, undefined, { ref: false }),
    },
    delays: {
      settleMs: config.PROVIDER_SETTLE_SECONDS * 1000,
      actionMs: config.PROVIDER_ACTION_SECONDS * 1000,
    },
    fingerprint,
    ...overrides,
  }
}

const tlsOf = async ({ TLS_PORT: port, TLS_CERT_FILE, TLS_KEY_FILE }: Config) => {
  if (TLS_CERT_FILE === undefined || TLS_KEY_FILE === undefined) return undefined
  const [cert, key] = await Promise.all([readFile(TLS_CERT_FILE), readFile(TLS_KEY_FILE)])
  return { port, cert, key }
}

const serveApi = async (opened: Opened & { readonly key: string }, ports: Ports, use: UseCases) => {
  const { config, db, key, log } = opened
  const store = async () => {
    await db.query('SELECT 1')
    return undefined
  }
  const routesAt = (origin: string) => {
    const publicUrl = config.PROVIDER_PUBLIC_URL ?? origin
    const deps = { faults: ports.faults, waits: ports.waits, use }
    const routes = providerRoutes(use, ports.faults, publicUrl)
    return new Map([...routes].map(([name, route]) => [name, withFaults(deps, route)] as const))
  }
  return listen({
    port: config.HTTP_PORT,
    host: config.HTTP_HOST,
    tls: await tlsOf(config),
    key,
    routesAt,
    page: (request, response) => servePage(use, request, response),
    checks: { store },
    log,
  })
}

/** Starts the simulated payment provider. Disposing what it returns stops everything in reverse order. */
export const startProvider = async (
  config: Config,
  overrides: Partial<Ports> = {},
): Promise<Listening> => {
  await using starting = new AsyncDisposableStack()
  starting.use(startTelemetry(telemetrySettings(config)))
  const { databaseUrl: url, key, webhookKey } = await readSecrets(config)
  const db = starting.use(await openDatabase({ url, entities, migrations }))
  const log = createLog(config.APP_ID, { level: config.LOG_LEVEL, version: config.BUILD_VERSION })
  let wake = () => {}
  const opened = { config, db, key, webhookKey, wake: () => wake(), log }
  const ports = wire(opened, overrides)
  const use = providerUseCases(ports)
  const clock = starting.use(startClock(use, log))
  wake = clock.wake
  const server = starting.use(await serveApi(opened, ports, use))
  log.info({ port: server.port }, 'listening')
  const running = starting.move()
  return { port: server.port, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
