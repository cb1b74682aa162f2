import type { Clock, Log, Role } from '@micromart/kernel'
import { silentLog } from '@micromart/kernel'
import { startFakeSidecar, type TestTokens, testRedisUrl, testTokens } from '@micromart/testing'
import request from 'supertest'
import { readConfig } from '../src/config.ts'
import { startGateway } from '../src/service.ts'

const environment = {
  SHOP_ENV: 'local',
  APP_ID: 'gateway',
  HTTP_PORT: '0',
  PUBLIC_PORT: '0',
  ISSUER_URL: 'http://127.0.0.1:8080',
  // Far from what a test sends, and one Redis for all: tests of the limits set their own.
  RATE_READS_PER_MINUTE: '1000000',
  RATE_LOGINS_PER_MINUTE: '1000000',
  RATE_TOKENS_PER_MINUTE: '1000000',
  RATE_CHECKOUTS_PER_MINUTE: '1000000',
  RATE_WRITES_PER_MINUTE: '1000000',
  RATE_WEBHOOKS_PER_MINUTE: '1000000',
}

export type StartOptions = {
  readonly env?: Readonly<Record<string, string>>
  readonly clock?: Clock
  readonly redisUrl?: string
  readonly log?: Log
}

/** The real gateway before a fake sidecar, with an issuer of tokens that it trusts. */
export const startForTest = async ({
  env = {},
  clock,
  redisUrl,
  log = silentLog,
}: StartOptions = {}) => {
  await using starting = new AsyncDisposableStack()
  const sidecar = starting.use(await startFakeSidecar({ appId: 'gateway' }))
  const tokens: TestTokens = testTokens(environment.ISSUER_URL)
  sidecar.answer('user', 'GetJwks', () => ({ jwks: tokens.jwks }))
  sidecar.answer('product', 'ChangesSince', () => ({ cursor: '1', changes: [], reset: false }))
  sidecar.secret('redis-gateway', redisUrl ?? testRedisUrl())
  const config = readConfig({
    ...environment,
    DAPR_GRPC_PORT: String(sidecar.grpcPort),
    DAPR_HTTP_PORT: String(sidecar.httpPort),
    ...env,
  })
  const gateway = starting.use(await startGateway(config, { log, ...(clock && { clock }) }))
  const running = starting.move()
  const origin = `http://127.0.0.1:${gateway.port}`
  return {
    sidecar,
    tokens,
    origin,
    port: gateway.port,
    /** By HTTPS; given with `PUBLIC_TLS_PORT` and a certificate. */
    tlsPort: gateway.tlsPort ?? 0,
    httpPort: gateway.httpPort,
    http: request(origin),
    /** Calls made for requests: without the keys and the questions about changes. */
    calls: () =>
      sidecar.calls().filter((name) => name !== 'user.GetJwks' && name !== 'product.ChangesSince'),
    token: (roles: readonly Role[] = ['customer'], id = '019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90') =>
      `Bearer ${tokens.userToken({ id, roles })}`,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}

export type TestGateway = Awaited<ReturnType<typeof startForTest>>
