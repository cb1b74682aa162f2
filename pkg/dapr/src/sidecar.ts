import { histogram, observe } from '@micromart/contracts/telemetry'
import { startBreakers } from './breaker.ts'
import { openChannel, patientAtStart, stateOf } from './channel.ts'
import { type ClientOptions, makeClient, type RpcClient, type Wire } from './client.ts'
import { outboundReady } from './health.ts'
import type { Definition } from './method.ts'
import { type PublishedEvent, publisher } from './publish.ts'
import { secretReader } from './secret.ts'
import { type StateStore, stateStore } from './state.ts'
import { isMissingAnswer } from './status.ts'
import { makeStreams, type RpcStreams } from './stream.ts'

export type SidecarSettings = {
  readonly grpcPort: number
  readonly httpPort: number
  /** What the sidecar asks of its app (DAPR_API_TOKEN). */
  readonly apiToken?: string | undefined
  /** Our own app id. */
  readonly appId: string
}

/** The process's own sidecar: the one way to other services, broker, state and secrets. */
export type Sidecar = AsyncDisposable & {
  /**
   * A service's unary RPCs as promise functions. Each call brings its deadline (3 s, never beyond the request being
   * served), the caller's token where the RPC decides by the user, trace context, request id and a breaker.
   * Its promises reject with DomainError only.
   */
  readonly client: <S extends Definition>(
    definition: S,
    targetAppId: string,
    options?: ClientOptions<S>,
  ) => RpcClient<S>
  /** A service's streaming RPCs as grpc-js streams. */
  readonly stream: <S extends Definition>(definition: S, targetAppId: string) => RpcStreams<S>
  readonly publish: (event: PublishedEvent) => Promise<void>
  readonly state: StateStore
  /** A secret of the store `secrets`; waits for the sidecar at start. */
  readonly secret: (name: string) => Promise<string>
  /** Whether the sidecar lets calls out: what readiness asks. */
  readonly outboundReady: () => Promise<boolean>
}

const startWire = ({ grpcPort, apiToken }: SidecarSettings): Wire => ({
  client: openChannel(grpcPort),
  apiToken,
  breakers: startBreakers(isMissingAnswer),
  atStart: patientAtStart(),
  durations: histogram('dapr_client_request_duration_seconds'),
})

/** Connects to the own sidecar. It need not be up yet: the first calls wait for it within their deadline. */
export const connectSidecar = async (settings: SidecarSettings): Promise<Sidecar> => {
  const wire = startWire(settings)
  const own: Wire = { ...wire, atStart: patientAtStart() } // its own API answers before it lets calls out
  const { httpPort, apiToken } = settings
  const watch = observe('grpc_client_channel_state', (tell) => tell(stateOf(wire.client)))
  return {
    client: (definition, target, options) => makeClient(wire, definition, target, options),
    stream: (definition, target) => makeStreams(wire, definition, target),
    publish: publisher(own),
    state: stateStore(own),
    secret: secretReader(httpPort, apiToken),
    outboundReady: () => outboundReady(httpPort),
    [Symbol.asyncDispose]: async () => {
      watch[Symbol.dispose]()
      wire.breakers[Symbol.dispose]()
      wire.client.close()
    },
  }
}
