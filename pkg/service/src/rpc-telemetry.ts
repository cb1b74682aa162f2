import { type Metadata, status } from '@grpc/grpc-js'
import { unkeptSpan } from '@micromart/dapr'
import { histogram, namedBy, observe, type SpanAttributes } from '@micromart/contracts/telemetry'
import type { Log } from '@micromart/kernel'
import { type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { Caller } from './caller.ts'
import { traceOf } from './incoming.ts'

/** Codes that say that the server failed; the others are answers. */
const faults: ReadonlySet<number> = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
])

/** One RPC while it is served: its span, and how it ends. */
export type ServedRpc = {
  readonly span: Span
  /** Ends span and clock of the call with its gRPC code; the first one counts. */
  readonly answered: (code: number) => void
  readonly isAnswered: () => boolean
}

/** Spans, times and numbers of the RPCs that a server answers. Disposing ends the gauge. */
export type RpcTelemetry = Disposable & {
  /** @param path full method name */
  readonly begin: (metadata: Metadata, path: string) => ServedRpc
}

const beginSpan = (metadata: Metadata, path: string): Span => {
  const parent = traceOf(metadata)
  const unkept = unkeptSpan(parent)
  if (unkept) return unkept
  const [, service = '', method = ''] = path.split('/')
  const attributes: SpanAttributes = {
    'rpc.system': 'grpc',
    'rpc.service': service,
    'rpc.method': method,
  }
  const options = { kind: SpanKind.SERVER, attributes }
  return trace.getTracer('@micromart/service').startSpan(`${service}/${method}`, options, parent)
}

/** The log tells of what traces tell of: a line for each call would cost more than the call. */
const tell = (log: Log, span: Span, path: string, code: number, seconds: number): void => {
  if (!span.isRecording()) return
  const { traceId, spanId } = span.spanContext()
  const grpcCode = status[code] ?? String(code)
  const outcome = faults.has(code) ? grpcCode : 'ok'
  const fields = {
    event: 'rpc.served',
    rpc: path,
    grpcCode,
    outcome,
    duration: Math.round(seconds * 1e9),
  }
  log.info({ ...fields, traceId, spanId }, 'RPC served')
}

export const rpcTelemetry = (log: Log): RpcTelemetry => {
  const durations = histogram('rpc_server_request_duration_seconds')
  let active = 0
  const watch = observe('rpc_server_active_requests', (tell) => tell(active))
  return {
    begin: (metadata, path) => {
      const span = beginSpan(metadata, path)
      const begun = performance.now()
      let ended = false
      active += 1
      return {
        span,
        isAnswered: () => ended,
        answered: (code) => {
          if (ended) return
          ended = true
          active -= 1
          span.setAttribute('rpc.grpc.status_code', code)
          if (faults.has(code)) span.setStatus({ code: SpanStatusCode.ERROR })
          const seconds = (performance.now() - begun) / 1_000
          tell(log, span, path, code, seconds)
          span.end()
          const labels = { rpc_method: path, grpc_code: status[code] ?? String(code) }
          durations.record(seconds, labels)
        },
      }
    },
    [Symbol.dispose]: () => watch[Symbol.dispose](),
  }
}

const ids = Object.entries(namedBy)

/** What a message is about, by the ids that it names; nothing of what a person wrote. */
export const attributesOf = (message: unknown): SpanAttributes => {
  const named = ids.map(([field, attribute]) => [attribute, Object(message)[field]] as const)
  return Object.fromEntries(named.filter(([, id]) => typeof id === 'string' && id.length < 101))
}

/** Tells the span of a call who calls, and what about. */
export const describeCall = (span: Span, caller: Caller, request: unknown): void => {
  if (!span.isRecording()) return
  const user = caller.kind === 'user' ? { 'micromart.user.id': caller.id } : {}
  span.setAttributes({ ...attributesOf(request), ...user })
}
