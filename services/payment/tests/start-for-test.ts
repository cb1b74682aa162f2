import { PaymentServiceService } from '@micromart/contracts/payment'
import { type RpcClient, startBreakers } from '@micromart/dapr'
import { startProvider } from '@micromart/provider'
import { readConfig as readProviderConfig } from '@micromart/provider/config'
import { migrations as providerMigrations } from '@micromart/provider/migrations'
import { money, silentLog, systemClock, systemIds } from '@micromart/kernel'
import {
  type FakeSidecar,
  readMetric,
  startFakeSidecar,
  testClient,
  testDatabase,
} from '@micromart/testing'
import mysql from 'mysql2/promise'
import { providerHttp } from '../src/client/provider-http.ts'
import { readConfig } from '../src/config.ts'
import type { Ports } from '../src/model/ports.ts'
import type { Provider } from '../src/model/provider.ts'
import { migrations } from '../src/repository/migrations/index.ts'
import { startPayment } from '../src/service.ts'

const providerKey = 'provider-key-of-this-test'
export const webhookKey = 'webhook-key-of-this-test'

type LedgerEntry = {
  readonly kind: 'capture' | 'refund'
  readonly key: string
  readonly reference: string
  readonly amount: number
}

export type TestShop = AsyncDisposable & {
  /** Payment's RPCs, as the order service calls them. */
  readonly payment: RpcClient<typeof PaymentServiceService>
  /** Where payment listens for RPCs. */
  readonly port: number
  readonly sidecar: FakeSidecar
  /** The adapter towards the real provider, to be wrapped by a replica's override. */
  readonly provider: Provider
  /** Another replica of payment on the same database. */
  readonly replica: (overrides?: Partial<Ports>) => Promise<RpcClient<typeof PaymentServiceService>>
  /** Runs the sweeper once, or that of another replica. It never runs by itself. */
  readonly sweep: (overrides?: Partial<Ports>) => Promise<void>
  /** The provider's side of the money, of one order. */
  readonly ledger: (orderId: string) => Promise<readonly LedgerEntry[]>
  /** Makes the provider's next requests of a kind fail. */
  readonly arm: (fault: Readonly<Record<string, unknown>>) => Promise<void>
  /** Somebody gives money of an order back at the provider's own desk; all that is left unless said. */
  readonly refundAtDesk: (reference: string, amount?: number) => Promise<void>
  /** Every word in payment's database. */
  readonly dump: () => Promise<string>
  /** Rows of payment's database. */
  readonly query: (sql: string, values?: readonly unknown[]) => Promise<readonly Row[]>
  readonly metric: (name: string, labels?: Record<string, string>) => Promise<number>
  readonly stopProvider: () => Promise<void>
  readonly startProvider: () => Promise<void>
}

export const eur = (amount: number) => money(amount, 'EUR')

export const anOrderId = (): string => systemIds.next()

export const aCharge = (orderId: string, token = 'tok_visa', amount = 1999) => ({
  orderId,
  amount: eur(amount),
  token,
})

type Settings = {
  readonly overrides?: Partial<Ports>
  /** The provider's environment. */
  readonly providerEnv?: Readonly<Record<string, string>>
  /** How long payment waits for the provider, in ms. */
  readonly patienceMs?: number
}

const providerProcess = async (databaseUrl: string, env: Readonly<Record<string, string>>) => {
  let port = 0
  const start = () =>
    startProvider(
      readProviderConfig({
        SHOP_ENV: 'local',
        HTTP_PORT: String(port),
        PROVIDER_DATABASE_URL: databaseUrl,
        PROVIDER_KEY: providerKey,
        PROVIDER_WEBHOOK_KEY: webhookKey,
        PROVIDER_SLOW_MS: '50',
        PROVIDER_WEBHOOK_URL: 'http://127.0.0.1:1/nobody',
        LOG_LEVEL: 'error',
        ...env,
      }),
    )
  let running: Awaited<ReturnType<typeof startProvider>> | undefined = await start()
  port = running.port
  const stop = async () => {
    await running?.[Symbol.asyncDispose]()
    running = undefined
  }
  const restart = async () => {
    running = await start()
  }
  return { url: `http://127.0.0.1:${port}`, stop, restart, [Symbol.asyncDispose]: stop }
}

const ledgerOf = (url: string) => async (orderId: string) => {
  const response = await fetch(`${url}/v1/ledger`, {
    headers: { authorization: `Bearer ${providerKey}` },
  })
  const { items } = (await response.json()) as { items: LedgerEntry[] }
  return items
    .filter(({ reference }) => reference === orderId)
    .map(({ kind, key, reference, amount }) => ({ kind, key, reference, amount }))
}

const postTo = (url: string, path: string) => async (body: object) => {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { authorization: `Bearer ${providerKey}` },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`the provider does not take that: ${response.status}`)
}

type Row = Readonly<Record<string, unknown>>

const queryAt =
  (url: string) =>
  async (sql: string, values: readonly unknown[] = []): Promise<readonly Row[]> => {
    const connection = await mysql.createConnection(url)
    try {
      return (await connection.query<mysql.RowDataPacket[]>(sql, [...values]))[0]
    } finally {
      await connection.end()
    }
  }

/** Every word in the tables of a database, as JSON. */
const dumpOf = async (url: string): Promise<string> => {
  const connection = await mysql.createConnection(url)
  const [tables] = await connection.query<mysql.RowDataPacket[]>('SHOW TABLES')
  const contents: unknown[] = []
  for (const table of tables) {
    contents.push((await connection.query('SELECT * FROM ??', Object.values(table)))[0])
  }
  await connection.end()
  return JSON.stringify(contents)
}

const settingsOf = (sidecar: FakeSidecar, providerUrl: string, patienceMs: number) =>
  readConfig({
    SHOP_ENV: 'local',
    APP_ID: 'payment',
    APP_PORT: '0',
    HTTP_PORT: '0',
    DAPR_GRPC_PORT: String(sidecar.grpcPort),
    DAPR_HTTP_PORT: String(sidecar.httpPort),
    ISSUER_URL: 'http://127.0.0.1:8080',
    PROVIDER_URL: providerUrl,
    PROVIDER_DEADLINE_MS: String(patienceMs),
    PROVIDER_ASK_DEADLINE_MS: '2000',
    LOG_LEVEL: 'error',
    SWEEP_EVERY_MS: '3600000',
  })

/** The real payment service and its real provider on databases of their own, with a fake sidecar. */
const open = async (stack: AsyncDisposableStack, settings: Settings) => {
  const { overrides = {}, patienceMs = 400, providerEnv = {} } = settings
  const database = stack.use(await testDatabase('payment', migrations))
  const providers = stack.use(await testDatabase('provider', providerMigrations))
  const sidecar = stack.use(await startFakeSidecar({ appId: 'payment' }))
  const provider = stack.use(await providerProcess(providers.url, providerEnv))
  const breakers = stack.use(startBreakers(() => true))
  sidecar.secret('mysql-payment', database.url)
  sidecar.secret('provider-key', providerKey)
  sidecar.secret('provider-webhook-key', `the-next-key,${webhookKey}`)
  const config = settingsOf(sidecar, provider.url, patienceMs)
  const start = async (ports: Partial<Ports>) => {
    const running = stack.use(await startPayment(config, ports))
    const client = stack.use(await testClient(PaymentServiceService, running.port))
    return { running, payment: client.as() }
  }
  const { running, payment } = await start(overrides)
  const address = {
    url: provider.url,
    key: providerKey,
    limitMs: patienceMs,
    askLimitMs: 2000,
    webhookKeys: [webhookKey],
  }
  return {
    payment,
    port: running.port,
    sidecar,
    provider: providerHttp(address, { breakers, clock: systemClock, log: silentLog }),
    replica: async (ports: Partial<Ports> = {}) => (await start(ports)).payment,
    sweep: async (ports?: Partial<Ports>) =>
      (ports ? (await start(ports)).running : running).sweep(),
    ledger: ledgerOf(provider.url),
    arm: postTo(provider.url, '/v1/faults'),
    refundAtDesk: (reference: string, amount?: number) =>
      postTo(provider.url, '/v1/desk/refunds')({ reference, amount }),
    query: queryAt(database.url),
    dump: () => dumpOf(database.url),
    metric: (name: string, labels?: Record<string, string>) =>
      readMetric(running.httpPort, name, labels),
    stopProvider: provider.stop,
    startProvider: provider.restart,
  }
}

export const startForTest = async (settings: Settings = {}): Promise<TestShop> => {
  const stack = new AsyncDisposableStack()
  try {
    const shop = await open(stack, settings)
    return { ...shop, [Symbol.asyncDispose]: () => stack.disposeAsync() }
  } catch (error) {
    await stack.disposeAsync()
    throw error
  }
}
