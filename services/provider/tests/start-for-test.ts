import { testDatabase } from '@micromart/testing'
import { readConfig } from '../src/config.ts'
import type { Ports } from '../src/model/ports.ts'
import { migrations } from '../src/repository/migrations/index.ts'
import { startProvider } from '../src/service.ts'

const key = 'provider-key-of-this-test'
export const webhookKey = 'webhook-key-of-this-test'

type Answer = { readonly status: number; readonly body: Record<string, unknown> }

export type TestProvider = AsyncDisposable & {
  readonly url: string
  readonly post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Answer>
  readonly get: (path: string, headers?: Record<string, string>) => Promise<Answer>
  /** Charges under a key. */
  readonly charge: (key: string, body?: Record<string, unknown>) => Promise<Answer>
  readonly ledger: () => Promise<readonly Record<string, unknown>[]>
}

const answerOf = async (response: Response): Promise<Answer> => ({
  status: response.status,
  body: (await response.json()) as Record<string, unknown>,
})

export const aCharge = (of: Record<string, unknown> = {}) => ({
  amount: 1999,
  currency: 'EUR',
  token: 'tok_visa',
  reference: 'order-1',
  ...of,
})

const clientOf = (url: string): Omit<TestProvider, typeof Symbol.asyncDispose> => {
  const authorization = `Bearer ${key}`
  const get: TestProvider['get'] = async (path, headers = {}) =>
    answerOf(await fetch(url + path, { headers: { authorization, ...headers } }))
  const post: TestProvider['post'] = async (path, body, headers = {}) =>
    answerOf(
      await fetch(url + path, {
        method: 'POST',
        headers: { authorization, 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
    )
  return {
    url,
    get,
    post,
    charge: (of, body) => post('/v1/charges', aCharge(body), { 'idempotency-key': of }),
    ledger: async () => {
      const { body } = await get('/v1/ledger')
      return body['items'] as Record<string, unknown>[]
    },
  }
}

/** The real provider on a database of its own, with short waits. */
export const startForTest = async (
  overrides: Partial<Ports> = {},
  env: Record<string, string> = {},
): Promise<TestProvider> => {
  await using stack = new AsyncDisposableStack()
  const database = stack.use(await testDatabase('provider', migrations))
  const config = readConfig({
    SHOP_ENV: 'local',
    HTTP_PORT: '0',
    PROVIDER_DATABASE_URL: database.url,
    PROVIDER_KEY: key,
    PROVIDER_WEBHOOK_KEY: webhookKey,
    PROVIDER_SETTLE_SECONDS: '0.2',
    ...env,
    PROVIDER_SLOW_MS: '50',
    PROVIDER_SILENCE_MS: '30000',
    LOG_LEVEL: 'error',
  })
  const { port } = stack.use(await startProvider(config, overrides))
  const running = stack.move()
  return {
    ...clientOf(`http://127.0.0.1:${port}`),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
