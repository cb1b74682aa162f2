import { randomBytes } from 'node:crypto'
import { OrderServiceService, type PlaceOrderRequest } from '@micromart/contracts/order'
import { type Clock, DomainError, silentLog, systemIds } from '@micromart/kernel'
import {
  readMetric,
  startFakeSidecar,
  testClient,
  testDatabase,
  testTokens,
} from '@micromart/testing'
import { readConfig } from '../src/config.ts'
import { migrations } from '../src/repository/migrations/index.ts'
import { type Overrides, startOrder } from '../src/service.ts'
import { anAddress, fakeShop } from './fake-shop.ts'

/** The real time, or so much later. */
const movableClock = (): Clock & { readonly advance: (ms: number) => void } => {
  let ahead = 0
  return {
    now: () => new Date(Date.now() + ahead),
    advance: (ms) => {
      ahead += ms
    },
  }
}

const neverByItself = 3_600_000

/** The real service on its real database, beside a fake sidecar with a fake shop behind it. Its sweeper runs when told. */
export const startForTest = async (overrides: Overrides = () => ({})) => {
  await using starting = new AsyncDisposableStack()
  const database = starting.use(await testDatabase('order', migrations))
  const sidecar = starting.use(await startFakeSidecar({ appId: 'order' }))
  sidecar.secret('mysql-order', database.url)
  sidecar.secret('order-token-key', randomBytes(32).toString('base64'))
  const tokens = testTokens()
  sidecar.answer('user', 'GetJwks', () => ({ jwks: tokens.jwks }))
  const shop = fakeShop(sidecar)
  const clock = movableClock()
  const config = {
    ...readConfig({
      SHOP_ENV: 'local',
      APP_ID: 'order',
      APP_PORT: '0',
      HTTP_PORT: '0',
      DAPR_HTTP_PORT: String(sidecar.httpPort),
      DAPR_GRPC_PORT: String(sidecar.grpcPort),
      ISSUER_URL: tokens.issuer,
      LOG_LEVEL: 'error',
    }),
    SWEEP_EVERY_MS: neverByItself,
  }
  const start = (changes: Overrides) =>
    startOrder(config, (real) => {
      const quiet = { clock, log: silentLog }
      return { ...quiet, ...changes({ ...real, ...quiet }) }
    })
  const service = starting.use(await start(overrides))
  sidecar.attach(service.port)
  const client = starting.use(await testClient(OrderServiceService, service.port))
  const running = starting.move()

  const as = (id: string, roles?: readonly string[]) =>
    client.as({ token: tokens.userToken(roles ? { id, roles } : { id }) })
  return {
    database,
    sidecar,
    shop,
    clock,
    service,
    tokens,
    /** The service's own client, as a member or staff. */
    as,
    rpcs: client,
    guest: client.as(),
    sweep: service.sweep,
    metric: (name: string, labels?: Record<string, string>) =>
      readMetric(service.httpPort, name, labels),
    /** Another process of the service, on the same database. */
    replica: (changes: Overrides = () => ({})) => start(changes),
    /** What was published about one order, as topic names. */
    told: (orderId: string) =>
      sidecar
        .published()
        .filter(({ aggregateId }) => aggregateId === orderId)
        .map(({ topic }) => topic),
    /** Settles an order's payment anew at the provider, and has the sweeper look after a while. */
    later: async (ms: number) => {
      clock.advance(ms)
      await service.sweep()
    },
    /** RPCs made for one order, by name. */
    calledFor: (orderId: string) =>
      sidecar
        .recorded()
        .filter(({ request }) => (request as { orderId?: string }).orderId === orderId)
        .map(({ name }) => name),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

/** What a refused call says. */
export const refusalOf = async (call: Promise<unknown>) => {
  try {
    await call
  } catch (error) {
    if (!(error instanceof DomainError)) throw error
    const { kind, code, params } = error
    return { kind, code, params }
  }
  throw new Error('the call was not refused')
}

export type TestShop = Awaited<ReturnType<typeof startForTest>>

/** A member with a cart of one line, and what they would send to buy it. */
export const aMember = (
  { shop, as }: TestShop,
  { price = 1999n, quantity = 2, available = 10 } = {},
) => {
  const id = systemIds.next()
  const sku = shop.offer(price, available)
  const cart = shop.fill(id, [{ sku, quantity }])
  return { id, sku, cart, order: as(id), wish: aWish() }
}

export const aWish = (changes: Partial<PlaceOrderRequest> = {}): PlaceOrderRequest => ({
  idempotencyKey: systemIds.next(),
  fingerprint: 'a'.repeat(64),
  cartToken: undefined,
  email: undefined,
  shipTo: { $case: 'shippingAddress', value: anAddress() },
  paymentMethod: 'card',
  paymentToken: 'tok_visa',
  expectedTotal: undefined,
  ...changes,
})
