import type { UntypedServiceImplementation } from '@grpc/grpc-js'
import { tokenAudience } from '@micromart/contracts'
import { CartServiceService } from '@micromart/contracts/cart'
import { DomainError, type Log, silentLog } from '@micromart/kernel'
import {
  type CallContext,
  type Running,
  serve,
  type ServedService,
  type ServeSettings,
  tokenVerifier,
  unary,
} from '@micromart/service'
import { type TestClient, testClient, type TestTokens, testTokens } from '@micromart/testing'

const unfinished = unary(async () => {
  throw new DomainError('internal', 'not part of this test')
})

/** A cart service of which only the given RPCs do something. */
const cartWith = (handlers: UntypedServiceImplementation): ServedService => [
  CartServiceService,
  {
    ...Object.fromEntries(Object.keys(CartServiceService).map((name) => [name, unfinished])),
    ...handlers,
  },
]

export type CartForTest = AsyncDisposable & {
  readonly running: Running
  readonly tokens: TestTokens
  readonly client: TestClient<typeof CartServiceService>
}

/** Starts the wrapper of pkg/service around those RPCs, with a client that dials it directly. */
export const startCart = async (
  handlers: UntypedServiceImplementation,
  overrides: Partial<ServeSettings> = {},
): Promise<CartForTest> => {
  const tokens = testTokens()
  const { issuer, jwks } = tokens
  const verifier = tokenVerifier({ fetchJwks: async () => jwks, issuer, audience: tokenAudience })
  await using starting = new AsyncDisposableStack()
  const running = starting.use(
    await serve({
      grpcPort: 0,
      httpPort: 0,
      services: [cartWith(handlers)],
      verifier,
      log: silentLog,
      ...overrides,
    }),
  )
  const { appToken } = overrides
  const client = starting.use(await testClient(CartServiceService, running.port, appToken))
  const all = starting.move()
  return { running, tokens, client, [Symbol.asyncDispose]: () => all.disposeAsync() }
}

/** An RPC that answers who called, as the cart's version. */
export const whoCalls = (seen: CallContext[] = []) =>
  unary(async (_request, call: CallContext) => {
    seen.push(call)
    const { caller } = call
    const version = caller.kind === 'user' ? caller.id : 'anonymous'
    return { cart: { items: [], subtotal: undefined, version } }
  })

export type Line = { readonly level: keyof Log; readonly fields: object; readonly message: string }

/** A log that keeps its lines. */
export const keptLog = (): Log & { readonly lines: Line[] } => {
  const lines: Line[] = []
  const keep = (level: keyof Log) => (fields: object, message: string) => {
    lines.push({ level, fields, message })
  }
  return {
    lines,
    debug: keep('debug'),
    info: keep('info'),
    warn: keep('warn'),
    error: keep('error'),
  }
}
