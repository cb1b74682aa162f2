import { randomBytes } from 'node:crypto'
import { expect, it } from '@jest/globals'
import { apps } from '@micromart/contracts'
import { BacklogServiceService, DeadLetterServiceService } from '@micromart/contracts/ops'
import { type DeadLetters, silentLog, systemIds } from '@micromart/kernel'
import { baseSettings, readSettings, startPlatform } from '@micromart/service'
import { type FakeSidecar, startFakeSidecar, testClient, testTokens } from '@micromart/testing'

const tokens = testTokens()

const configOf = ({ grpcPort, httpPort }: FakeSidecar, env: NodeJS.ProcessEnv = {}) =>
  readSettings(baseSettings, {
    SHOP_ENV: 'local',
    APP_ID: apps.order,
    APP_PORT: '0',
    HTTP_PORT: '0',
    DAPR_GRPC_PORT: String(grpcPort),
    DAPR_HTTP_PORT: String(httpPort),
    ISSUER_URL: tokens.issuer,
    APP_API_TOKEN: 'from-our-sidecar',
    ...env,
  })

const noLetters: DeadLetters = {
  noteFailure: async () => {},
  lastReason: async () => undefined,
  keep: async () => {},
  list: async () => ({ items: [], nextCursor: undefined }),
  get: async () => undefined,
  decide: async () => false,
  countOpen: async () => 0,
  prune: async () => {},
}

const nothing = { unsent: 0, oldestUnsentAt: undefined, openDeadLetters: 0, abandonedKeys: 0 }

/** The smallest service: what every one has, and nothing else. */
const start = async (
  fake: FakeSidecar,
  storeAnswers = async () => {},
  env: Record<string, string> = {},
) => {
  await using starting = new AsyncDisposableStack()
  const config = configOf(fake, env)
  const platform = starting.use(await startPlatform(apps.order, config, { log: silentLog }))
  const operations = { app: apps.order, letters: noLetters, backlog: async () => nothing }
  const server = starting.use(await platform.serve({ services: [], operations, storeAnswers }))
  const running = starting.move()
  return { ...server, [Symbol.asyncDispose]: () => running.disposeAsync() }
}

it('verifies tokens by the user service, asked through the sidecar, and asks its own for the app token', async () => {
  await using fake = await startFakeSidecar({ appId: apps.order })
  fake.answer('user', 'GetJwks', () => ({ jwks: tokens.jwks }))
  await using service = await start(fake)
  await using client = await testClient(DeadLetterServiceService, service.port, 'from-our-sidecar')
  const token = tokens.userToken({ id: systemIds.next(), roles: ['operator'] })
  const list = { limit: 1, cursor: undefined, state: '' }
  expect(await client.as({ token }).listDeadLetters(list)).toMatchObject({ items: [] })
  expect(fake.calls()).toEqual(['user.GetJwks'])
  await using stranger = await testClient(BacklogServiceService, service.port)
  await expect(stranger.as().getBacklog({})).rejects.toMatchObject({ code: 'app_token_invalid' })
})

it('is ready while its store and its sidecar answer', async () => {
  await using fake = await startFakeSidecar({ appId: apps.order })
  let isAway = false
  await using service = await start(fake, async () => {
    if (isAway) throw new Error('the store is away')
  })
  const readiness = async () => (await fetch(`http://127.0.0.1:${service.httpPort}/readyz`)).status
  expect(await readiness()).toBe(200)
  isAway = true
  expect(await readiness()).toBe(503)
  isAway = false
  fake.runtimeUp(false)
  expect(await readiness()).toBe(503)
})

it('tells how it is on the loopback alone, and to others where HTTP_HOST says so; RPCs stay on the loopback', async () => {
  await using fake = await startFakeSidecar({ appId: apps.order })
  // Of the loopback's network, as 127.0.0.1 is, but another address: what listens there alone does not hear it.
  const reached = (port: number) =>
    fetch(`http://127.0.0.2:${port}/livez`).then(
      ({ status }) => status,
      () => 'refused',
    )
  await using alone = await start(fake)
  expect(await reached(alone.httpPort)).toBe('refused')
  await using open = await start(fake, async () => {}, { HTTP_HOST: '0.0.0.0' })
  expect([await reached(open.httpPort), await reached(open.port)]).toEqual([200, 'refused'])
})

it('S9 S65 reads no weak secret in production, and in a local shop any', async () => {
  await using fake = await startFakeSidecar({ appId: apps.order })
  const strong = randomBytes(24).toString('base64url')
  fake.secret('mysql-order', 'mysql://root:secret@127.0.0.1:3306/micromart_order')
  fake.secret('order-token-key', strong)
  const env = {
    SHOP_ENV: 'production',
    ISSUER_URL: 'https://shop.example.com',
    DAPR_API_TOKEN: strong,
    APP_API_TOKEN: strong,
  }
  const open = (config: ReturnType<typeof configOf>) =>
    startPlatform(apps.order, config, { log: silentLog })
  await using production = await open(configOf(fake, env))
  await expect(production.sidecar.secret('mysql-order')).rejects.toThrow(
    'the secret mysql-order is a default',
  )
  expect(await production.sidecar.secret('order-token-key')).toBe(strong)
  await using local = await open(configOf(fake))
  expect(await local.sidecar.secret('mysql-order')).toContain('root:secret')
})
