import { buildGrpcServer, listen, type ServedService, shutDown } from './grpc-server.ts'
import { startHealthServer } from './http-server.ts'
import type { Log } from '@micromart/kernel'
import type { TokenVerifier } from './token-verifier.ts'
import { isLeaving } from './leaving.ts'
import { type Operations, startOperations } from './operations.ts'
import type { ReadyChecks } from './readiness.ts'
import { rpcTelemetry } from './rpc-telemetry.ts'
import type { TopicHandlers } from './topics.ts'

export type ServeSettings = {
  /** Own RPCs and Dapr's callbacks; 0 takes any port. */
  readonly grpcPort: number
  /** `/livez`, `/readyz`, `/metrics`; 0 takes any port. */
  readonly httpPort: number
  /** Where these are: the loopback unless probes come from elsewhere. */
  readonly httpHost?: string
  readonly services: readonly ServedService[]
  readonly topics?: TopicHandlers
  readonly operations?: Operations
  readonly verifier: TokenVerifier
  /** APP_API_TOKEN: what our sidecar proves itself with. */
  readonly appToken?: string | undefined
  /** What serving needs, for `/readyz`. */
  readonly checks?: ReadyChecks
  readonly log: Log
}

/** A listening service. Disposing it says unhealthy, lets running calls finish (5 s), and closes both ports. */
export type Running = AsyncDisposable & { readonly port: number; readonly httpPort: number }

const graceMs = 5_000

/** Listens for RPCs and events on the loopback only, as strangers come through the sidecar; and for questions of health. */
export const serve = async (settings: ServeSettings): Promise<Running> => {
  const { topics = {}, verifier, appToken, log, checks = {} } = settings
  let stopped = false
  const stopping = () => stopped || isLeaving()
  await using starting = new AsyncDisposableStack()
  const operations = starting.use(startOperations(settings.operations, topics, log))
  const { letterTopic } = operations
  const services = [...settings.services, ...operations.services]
  const telemetry = starting.use(rpcTelemetry(log))
  const guard = { verifier, appToken, log, telemetry }
  const grpc = buildGrpcServer({ services, topics, letterTopic, ...guard }, stopping)
  const address = { port: settings.httpPort, host: settings.httpHost ?? '127.0.0.1' }
  const port = await listen(grpc, settings.grpcPort)
  starting.defer(() => shutDown(grpc, graceMs))
  const http = starting.use(await startHealthServer(address, { checks, stopping }))
  starting.defer(() => {
    stopped = true
  })
  const running = starting.move()
  log.info({ port, httpPort: http.port }, 'listening')
  return { port, httpPort: http.port, [Symbol.asyncDispose]: () => running.disposeAsync() }
}
