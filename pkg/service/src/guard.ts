import {
  type MethodDefinition,
  type sendUnaryData,
  type ServerDuplexStream,
  status,
  type StatusObject,
} from '@grpc/grpc-js'
import { accessOf } from '@micromart/contracts'
import { callContext } from '@micromart/dapr'
import type { Log } from '@micromart/kernel'
import {
  context,
  type Histogram,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { callerFor } from './access.ts'
import type { CallContext } from './caller.ts'
import { deadlineOf, requestIdOf, requireAppToken, tokenOf, traceOf } from './incoming.ts'
import { refusal } from './refusal.ts'
import { runServed } from './served.ts'
import type { TokenVerifier } from './token-verifier.ts'

export type GuardSettings = {
  readonly verifier: TokenVerifier
  readonly appToken: string | undefined
  readonly log: Log
  readonly durations: Histogram
}

type AnyMethod = MethodDefinition<unknown, unknown>
/** What unary and streaming calls have in common. */
type Call = Pick<ServerDuplexStream<unknown, unknown>, 'on' | 'emit' | 'metadata' | 'getDeadline'>
type Handler = (call: unknown, reply?: sendUnaryData<unknown>) => void

/** Codes that say that the server failed; the others are answers. */
const faults: ReadonlySet<number> = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
])

const begin = (call: Call, path: string): Span => {
  const [, service = '', method = ''] = path.split('/')
  const attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method }
  const tracer = trace.getTracer('@micromart/service')
  const options = { kind: SpanKind.SERVER, attributes }
  return tracer.startSpan(`${service}/${method}`, options, traceOf(call.metadata))
}

/** Ends span and clock of a call, once. */
const meter = (span: Span, method: string, durations: Histogram) => {
  const begun = performance.now()
  let ended = false
  return (code: number): void => {
    if (ended) return
    ended = true
    span.setAttribute('rpc.grpc.status_code', code)
    if (faults.has(code)) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
    const labels = { rpc_method: method, grpc_code: status[code] ?? String(code) }
    durations.record((performance.now() - begun) / 1_000, labels)
  }
}

const signalOf = (call: Call): AbortSignal => {
  const controller = new AbortController()
  call.on('cancelled', () => controller.abort())
  return controller.signal
}

/** Checks app token, mark and user token; what remains is what a handler may know. */
const admit = async (
  call: Call,
  path: string,
  { verifier, appToken }: GuardSettings,
): Promise<{ readonly known: CallContext; readonly token: string | undefined }> => {
  const { metadata } = call
  requireAppToken(metadata, appToken)
  const access = accessOf(path)
  const ignoresToken = access?.kind === 'public' || access?.kind === 'service'
  const token = ignoresToken ? undefined : tokenOf(metadata)
  const caller = await callerFor(access, token, verifier)
  const requestId = requestIdOf(metadata)
  const deadline = deadlineOf(call.getDeadline())
  return { known: { caller, requestId, deadline, signal: signalOf(call) }, token }
}

const answerWith = (
  call: Call,
  reply: sendUnaryData<unknown> | undefined,
  answer: StatusObject,
): void => {
  if (reply) reply(answer)
  else call.emit('error', answer)
}

/**
 * Wraps an RPC's handler: it runs only for a caller that the RPC's mark admits, inside a server span, and with the
 * scope that its own outgoing calls carry.
 */
export const guarded = (
  { path }: AnyMethod,
  handler: Handler,
  settings: GuardSettings,
): Handler => {
  const { log, durations } = settings
  return (incoming, reply) => {
    const call = incoming as Call
    const span = begin(call, path)
    const end = meter(span, path, durations)
    const spanContext = trace.setSpan(context.active(), span)
    const run = async () => {
      const { known, token } = await admit(call, path, settings)
      const { requestId, deadline, signal } = known
      const scope = { token, requestId, deadline, signal }
      if (!reply) watchEnd(call, signal, end)
      callContext.run(scope, () =>
        runServed({ context: known, log }, () => handler(call, reply && ending(reply, end))),
      )
    }
    context.with(spanContext, run).catch((error: unknown) => {
      const answer = context.with(spanContext, () => refusal(error, log))
      end(answer.code)
      answerWith(call, reply, answer)
    })
  }
}

/** A stream ends in one of three ways; its own error carries the code it answers with. */
const watchEnd = (call: Call, signal: AbortSignal, end: (code: number) => void): void => {
  call.on('finish', () => end(status.OK))
  call.on('error', (error: Partial<StatusObject>) => end(error.code ?? status.UNKNOWN))
  signal.addEventListener('abort', () => end(status.CANCELLED), { once: true })
}

const ending =
  (reply: sendUnaryData<unknown>, end: (code: number) => void): sendUnaryData<unknown> =>
  (error, ...rest) => {
    end(error?.code ?? status.OK)
    reply(error, ...rest)
  }
