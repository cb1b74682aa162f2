import { setTimeout as pause } from 'node:timers/promises'
import {
  Client,
  credentials,
  type Metadata,
  type ServiceError,
  type StatusObject,
  status,
} from '@grpc/grpc-js'
import type { Method } from './method.ts'
import { isServiceError, neverLeft } from './status.ts'

const megabytes = 1024 * 1024

const options = {
  'grpc.keepalive_time_ms': 15_000, // daprd punishes pings faster than 8 s
  'grpc.keepalive_timeout_ms': 5_000,
  'grpc.max_receive_message_length': 4 * megabytes,
  'grpc.max_send_message_length': 4 * megabytes,
  'grpc.enable_retries': 0,
  'grpc.enable_http_proxy': 0, // a proxy of the machine must not come between us and our sidecar
  'grpc.service_config_disable_resolution': 1,
  'grpc.initial_reconnect_backoff_ms': 100, // a sidecar that restarts is back within a second
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.use_local_subchannel_pool': 1,
}

/** The process's one connection to its sidecar. */
export const openChannel = (port: number): Client =>
  new Client(`127.0.0.1:${port}`, credentials.createInsecure(), options)

/** 0 idle, 1 connecting, 2 ready, 3 failing, 4 closed: grpc-js' own numbers. Asking does not make it connect. */
export const stateOf = (client: Client): number => client.getChannel().getConnectivityState(false)

export type Outgoing = {
  readonly metadata: Metadata
  readonly deadline: Date
  readonly signal?: AbortSignal | undefined
  /** Called with what the other side says beside its answer, as headers or trailers. */
  readonly onMetadata?: (metadata: Metadata) => void
}

/** grpc-js takes a stack trace for each call, for an error that seldom comes: a third of what sending costs. */
const withoutStacks = <T>(work: () => T): T => {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  try {
    return work()
  } finally {
    Error.stackTraceLimit = stackTraceLimit
  }
}

/**
 * One unary call as a promise.
 * @throws ServiceError of grpc-js
 */
export const callOnce = (
  client: Client,
  method: Method,
  request: unknown,
  { metadata, deadline, signal, onMetadata }: Outgoing,
): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const cancel = () => call.cancel()
    const settle = (error: ServiceError | null, response?: unknown) => {
      signal?.removeEventListener('abort', cancel)
      if (error) reject(error)
      else resolve(response)
    }
    const { path, responseDeserialize } = method
    const serialize = method.requestSerialize as (value: unknown) => Buffer
    const call = withoutStacks(() =>
      client.makeUnaryRequest(
        path,
        serialize,
        responseDeserialize,
        request,
        metadata,
        { deadline },
        settle,
      ),
    )
    if (onMetadata) {
      call.on('metadata', onMetadata)
      call.on('status', (end: StatusObject) => onMetadata(end.metadata))
    }
    if (signal?.aborted) cancel()
    signal?.addEventListener('abort', cancel, { once: true })
  })

/** daprd's "proxy not initialized": it waits for our own app port before it lets calls out. */
const waitsForApp = ({ code, details }: ServiceError): boolean => {
  const said = details.toLowerCase()
  return code === status.UNKNOWN && said.includes('proxy') && said.includes('not initialized')
}

/** The sidecar has not opened its port, or lets no calls out yet. */
const isStarting = (error: ServiceError): boolean => neverLeft(error) || waitsForApp(error)

/** Repeats a call until its sidecar has answered once: app and sidecar start together. */
export const patientAtStart = () => {
  let answered = false
  return async <T>(deadline: Date, attempt: () => Promise<T>): Promise<T> => {
    for (;;) {
      try {
        const response = await attempt()
        answered = true
        return response
      } catch (error) {
        const starting = isServiceError(error) && isStarting(error)
        if (!starting) answered = true
        if (answered || deadline.getTime() - Date.now() < 200) throw error
        await pause(100)
      }
    }
  }
}
