import { Server, ServerCredentials, type ServiceError, status } from '@grpc/grpc-js'
import { DaprService } from '@micromart/dapr/protocol'
import type { AppName, RpcName, Stub } from './apps.ts'
import { type DeliverOptions, type DeliveryAnswer, deliverTo } from './delivery.ts'
import { startFakeHttp } from './fake-http.ts'
import { type AnyStub, proxiedRpcs, type ProxyMemory, type RecordedCall } from './fake-proxy.ts'
import { fakeRuntime, type PublishedRecord, type RuntimeMemory } from './fake-runtime.ts'
import type { FakeEntry } from './fake-state.ts'

export type FakeOptions = {
  /** The app this is the sidecar of; names the caller to routed services. */
  readonly appId?: string
  /** What the sidecar proves itself with to its app and to routed services. */
  readonly appToken?: string
  readonly grpcPort?: number
  readonly httpPort?: number
}

/** A sidecar in this process: an app under test reaches nothing but what the test allows here. */
export type FakeSidecar = AsyncDisposable & {
  readonly grpcPort: number
  readonly httpPort: number
  /** Stubs another app's RPC. */
  readonly answer: <A extends AppName, M extends RpcName<A>>(
    app: A,
    method: M,
    stub: Stub<A, M>,
  ) => void
  /** Sends an app's calls to a real service in this process. */
  readonly route: (app: string, port: number) => void
  /** Says where our own app listens: needed to deliver. */
  readonly attach: (port: number) => void
  /** Proxied calls so far, in order, such as `cart.GetLines`; unstubbed ones too. */
  readonly calls: () => readonly string[]
  /** The same with request and headers; by name if one is given. */
  readonly recorded: (name?: string) => readonly RecordedCall[]
  readonly published: () => readonly PublishedRecord[]
  /** Delivers an event to our app, once. */
  readonly deliver: (
    topic: string,
    payload: unknown,
    options?: DeliverOptions,
  ) => Promise<DeliveryAnswer>
  /**
   * Delivers what was published since the last time to our own app, each until it is not to be retried (4 times at most).
   * What was dropped or failed to the end arrives on `dead.<app id>.v1`, once.
   */
  readonly deliverPublished: () => Promise<void>
  /** What went to the dead-letter topic so far. */
  readonly deadLettered: () => readonly PublishedRecord[]
  readonly secret: (name: string, value: string) => void
  readonly state: Map<string, FakeEntry>
  /** State, publish and secrets over gRPC fail with UNAVAILABLE (or the given status) until `true` is said. */
  readonly runtimeUp: (up: boolean, failure?: Partial<ServiceError>) => void
  /** Forgets calls and publishes. */
  readonly forget: () => void
}

type Memory = ProxyMemory & RuntimeMemory

const newMemory = ({ appId = 'test', appToken }: FakeOptions): Memory => ({
  appId,
  appToken,
  calls: [],
  stubs: new Map(),
  routes: new Map(),
  state: new Map(),
  secrets: new Map(),
  published: [],
  outage: undefined,
})

const listen = (server: Server, port: number): Promise<number> =>
  new Promise((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })

const startGrpc = async (port: number, memory: Memory) => {
  const server = new Server({ 'grpc.max_receive_message_length': 4 * 1024 * 1024 })
  server.addService(DaprService, fakeRuntime(memory))
  server.addService(...proxiedRpcs(memory))
  const bound = await listen(server, port)
  return { port: bound, [Symbol.dispose]: () => server.forceShutdown() }
}

const down = { code: status.UNAVAILABLE, details: 'the fake sidecar is told to fail' }

const optionsOf = ({ id, traceparent, aggregateId: subject }: PublishedRecord): DeliverOptions => ({
  id,
  ...(traceparent === undefined ? {} : { traceparent }),
  ...(subject === undefined ? {} : { subject }),
})

/** @returns false when the event goes to the dead letters */
const deliverWithRetries = async (
  event: PublishedRecord,
  deliver: FakeSidecar['deliver'],
): Promise<boolean> => {
  for (let attempt = 0; attempt < 4; attempt += 1) {
    const answer = await deliver(event.topic, event.payload, optionsOf(event))
    if (answer !== 'RETRY') return answer === 'SUCCESS'
  }
  return false
}

const controls = (
  memory: Memory,
): Omit<FakeSidecar, 'grpcPort' | 'httpPort' | typeof Symbol.asyncDispose> => {
  let appPort: number | undefined
  let delivered = 0
  const dead: PublishedRecord[] = []
  const deliver: FakeSidecar['deliver'] = (topic, payload, options) => {
    if (appPort === undefined) throw new Error('attach(port) says where the app listens')
    return deliverTo(appPort, memory.appToken, topic, payload, options)
  }
  return {
    answer: (app, method, stub) => memory.stubs.set(`${app}.${method}`, stub as AnyStub),
    route: (app, port) => memory.routes.set(app, port),
    attach: (port) => {
      appPort = port
    },
    calls: () => memory.calls.map(({ name }) => name),
    recorded: (wanted) =>
      memory.calls.filter(({ name }) => wanted === undefined || name === wanted),
    published: () => [...memory.published],
    deliver,
    deliverPublished: async () => {
      for (const event of memory.published.slice(delivered)) {
        if (await deliverWithRetries(event, deliver)) continue
        dead.push(event)
        const { topic, payload } = event
        const options = { ...optionsOf(event), publishedTo: topic }
        await deliver(`dead.${memory.appId}.v1`, payload, options)
      }
      delivered = memory.published.length
    },
    deadLettered: () => [...dead],
    secret: (name, value) => memory.secrets.set(name, value),
    state: memory.state,
    runtimeUp: (up, failure = down) => {
      memory.outage = up ? undefined : failure
    },
    forget: () => {
      memory.calls.length = 0
      memory.published.length = 0
      dead.length = 0
      delivered = 0
    },
  }
}

/** Starts a fake sidecar: Dapr's runtime API, its proxy, its secrets over HTTP, and its deliveries. */
export const startFakeSidecar = async (options: FakeOptions = {}): Promise<FakeSidecar> => {
  const memory = newMemory(options)
  await using starting = new AsyncDisposableStack()
  const grpc = starting.use(await startGrpc(options.grpcPort ?? 0, memory))
  const isReady = () => memory.outage === undefined
  const http = starting.use(await startFakeHttp(options.httpPort ?? 0, { ...memory, isReady }))
  const running = starting.move()
  return {
    ...controls(memory),
    grpcPort: grpc.port,
    httpPort: http.port,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  }
}
