import {
  type ClientDuplexStream,
  type ClientReadableStream,
  type Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import type { Breaker } from './breaker.ts'
import { shareOf, type Wire } from './client.ts'
import {
  type Definition,
  type Method,
  type NamesOf,
  partsOf,
  type RequestOf,
  type ResponseOf,
} from './method.ts'
import { type CallOptions, outgoingCall } from './outgoing.ts'
import { refusedStream, type Stream } from './refused-stream.ts'
import { beginCall, endCall } from './span.ts'

export type StreamOptions = CallOptions & {
  /** Milliseconds for the whole stream; 120,000 if not said. */
  readonly limitMs?: number
}

/** Streaming RPCs as grpc-js streams with all metadata set. Their `error` is a ServiceError: see `domainErrorOf`. */
export type RpcStreams<S> = {
  readonly [M in NamesOf<S, false, true>]: (
    request: RequestOf<S[M]>,
    options?: StreamOptions,
  ) => ClientReadableStream<ResponseOf<S[M]>>
} & {
  readonly [M in NamesOf<S, true, true>]: (
    options?: StreamOptions,
  ) => ClientDuplexStream<RequestOf<S[M]>, ResponseOf<S[M]>>
}

const defaultLimitMs = 120_000

const open = (
  { client }: Wire,
  method: Method,
  metadata: Metadata,
  deadline: Date,
  request: unknown,
): Stream => {
  const serialize = method.requestSerialize as (value: unknown) => Buffer
  const { path, responseDeserialize } = method
  return method.requestStream
    ? client.makeBidiStreamRequest(path, serialize, responseDeserialize, metadata, { deadline })
    : client.makeServerStreamRequest(path, serialize, responseDeserialize, request, metadata, {
        deadline,
      })
}

const follow = (stream: Stream, end: (code: string | undefined) => void, signal?: AbortSignal) => {
  const cancel = () => stream.cancel()
  if (signal?.aborted) cancel()
  signal?.addEventListener('abort', cancel, { once: true })
  stream.on('status', ({ code }: Pick<ServiceError, 'code'>) => {
    signal?.removeEventListener('abort', cancel)
    end(code === 0 ? undefined : String(code))
  })
}

const standsMs = 3_000

/** Ends well with the first answer, or when the stream has stood for a while: an import may be silent until its end. */
const firstAnswer = (stream: Stream): Promise<void> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, standsMs).unref()
    stream.once('metadata', () => resolve())
    stream.once('status', (end: ServiceError) => {
      clearTimeout(timer)
      if (end.code === status.OK) resolve()
      else reject(Object.assign(new Error(end.details), end))
    })
  })

/** Opening a stream and its first answer count for the breaker; one that is open refuses as a stream that fails. */
const throughBreaker = (breaker: Breaker, begin: () => Stream): Stream => {
  let begun: Stream | undefined
  const watched = breaker(() => {
    begun = begin()
    return firstAnswer(begun)
  })
  watched.catch(() => {}) // told by the stream itself
  return begun ?? refusedStream(watched)
}

const prepareStream = (wire: Wire, method: Method, target: string) => {
  const { service, method: name } = partsOf(method.path)
  const attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': name }
  const share = shareOf(method.path)
  const breaker = wire.breakers.of(`${target}${method.path}`, target)
  return (request: unknown, { limitMs = defaultLimitMs, signal }: StreamOptions = {}): Stream => {
    const { apiToken } = wire
    const outgoing = outgoingCall({ service: target, limitMs, apiToken, ...share, signal })
    const { metadata, deadline } = outgoing
    metadata.set('dapr-app-id', target)
    metadata.set('dapr-stream', 'true') // otherwise a retry policy refuses the stream
    const span = beginCall(
      `${service}/${name}`,
      { ...attributes, 'peer.service': target },
      metadata,
    )
    const begin = () => open(wire, method, metadata, deadline, request)
    const stream = throughBreaker(breaker, begin)
    follow(stream, (code) => endCall(span, code), outgoing.signal)
    return stream
  }
}

/** Each streaming method (server streaming, bidirectional) of a definition, calling that app. */
export const makeStreams = <S extends Definition>(
  wire: Wire,
  definition: S,
  target: string,
): RpcStreams<S> => {
  const streaming = Object.entries(definition).filter(([, method]) => method.responseStream)
  const calls = streaming.map(([name, method]) => {
    const begin = prepareStream(wire, method, target)
    const call = method.requestStream
      ? (options?: StreamOptions) => begin(undefined, options)
      : begin
    return [name, call]
  })
  return Object.fromEntries(calls) as RpcStreams<S>
}
