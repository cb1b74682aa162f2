import {
  connectSidecar,
  type Definition,
  type IdempotencyKey,
  type Origin,
  type RpcClient,
  runInContext,
} from '@micromart/dapr'

export type TestCaller = {
  readonly token?: string
  readonly requestId?: string
  /** Where the request came from, as the gateway tells it. */
  readonly origin?: Origin
  /** Otherwise three seconds from the call. */
  readonly deadline?: Date
  /** Makes each call a keyed request, as the gateway does. */
  readonly idempotency?: IdempotencyKey
  /** Set by each keyed call: whether its answer was an earlier one's. */
  replayed?: boolean
}

/** A service's own client, dialling it directly: the test is its sidecar. */
export type TestClient<S> = AsyncDisposable & {
  /** The RPCs as that caller; without one, as an anonymous. */
  readonly as: (caller?: TestCaller) => RpcClient<S>
}

type Call = (request: unknown, options?: object) => Promise<unknown>

const scoped = <S>(rpcs: RpcClient<S>, caller: TestCaller): RpcClient<S> => {
  const wrapped = Object.entries<Call>(rpcs as { [name: string]: Call }).map(([name, call]) => [
    name,
    async (request: unknown, options?: object) => {
      const scope = { ...caller, replayed: false }
      try {
        return await runInContext(scope, () => call(request, options))
      } finally {
        if (caller.idempotency) caller.replayed = scope.replayed
      }
    },
  ])
  return Object.fromEntries(wrapped) as RpcClient<S>
}

/**
 * Connects to a service that runs in this process. Its errors arrive as DomainErrors, as its callers see them.
 * @param appToken what the service asks of its sidecar, if it does
 */
export const testClient = async <S extends Definition>(
  definition: S,
  port: number,
  appToken?: string,
): Promise<TestClient<S>> => {
  const settings = { grpcPort: port, httpPort: 0, apiToken: appToken, appId: 'test' }
  const wire = await connectSidecar(settings)
  const rpcs = wire.client(definition, 'test', { forwardsKey: true })
  return {
    as: (caller = {}) => scoped(rpcs, caller),
    [Symbol.asyncDispose]: () => wire[Symbol.asyncDispose](),
  }
}
