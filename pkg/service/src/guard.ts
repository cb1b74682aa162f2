import {
  type MethodDefinition,
  type sendUnaryData,
  type ServerDuplexStream,
  status,
} from '@grpc/grpc-js'
import { accessOf } from '@micromart/contracts'
import { callContext, unkeptSpan } from '@micromart/dapr'
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
import {
  deadlineOf,
  callingAppOf,
  idempotencyOf,
  originOf,
  requestIdOf,
  requireAppToken,
  requireSmallMetadata,
  tokenOf,
  traceOf,
} from './incoming.ts'
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
  const parent = traceOf(call.metadata)
  const unkept = unkeptSpan(parent)
  if (unkept) return unkept
  const [, service = '', method = ''] = path.split('/')
  const attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': method }
  const tracer = trace.getTracer('@micromart/service')
  const options = { kind: SpanKind.SERVER, attributes }
  return tracer.startSpan(`${service}/${method}`, options, parent)
}

type Answering = {
  /** Ends span and clock of the call with its gRPC code; the first one counts. */
  readonly answered: (code: number) => void
  readonly isAnswered: () => boolean
}

const startAnswering = (span: Span, method: string, durations: Histogram): Answering => {
  const begun = performance.now()
  let ended = false
  return {
    isAnswered: () => ended,
    answered: (code) => {
      if (ended) return
      ended = true
      span.setAttribute('rpc.grpc.status_code', code)
      if (faults.has(code)) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
      const labels = { rpc_method: method, grpc_code: status[code] ?? String(code) }
      durations.record((performance.now() - begun) / 1_000, labels)
    },
  }
}

/** grpc-js says `cancelled` at the end of every call, answered or not; only the second means that nobody waits. */
const signalOf = (call: Call, { answered, isAnswered }: Answering): AbortSignal => {
  const controller = new AbortController()
  call.on('cancelled', () => {
    if (isAnswered()) return
    const isLate = Number(call.getDeadline()) <= Date.now()
    answered(isLate ? status.DEADLINE_EXCEEDED : status.CANCELLED)
    controller.abort()
  })
  return controller.signal
}

/** Checks app token, mark and user token; what remains is what a handler may know. */
const admit = async (
  call: Call,
  path: string,
  { verifier, appToken }: GuardSettings,
  signal: AbortSignal,
): Promise<{ readonly known: CallContext; readonly token: string | undefined }> => {
  const { metadata } = call
  requireSmallMetadata(metadata)
  requireAppToken(metadata, appToken)
  const access = accessOf(path)
  const ignoresToken = access?.kind === 'public' || access?.kind === 'service'
  const token = ignoresToken ? undefined : tokenOf(metadata)
  const caller = await callerFor(access, token, verifier)
  const requestId = requestIdOf(metadata)
  const deadline = deadlineOf(call.getDeadline())
  const idempotency = idempotencyOf(metadata)
  const origin = access?.audit && { ...originOf(metadata), app: callingAppOf(metadata) }
  const known = { caller, requestId, deadline, signal, idempotency, ...(origin && { origin }) }
  return { known, token }
}

const replyAndEnd =
  (reply: sendUnaryData<unknown>, { answered }: Answering): sendUnaryData<unknown> =>
  (error, ...rest) => {
    answered(error?.code ?? status.OK)
    reply(error, ...rest)
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
  return (incoming, send) => {
    const call = incoming as Call
    const span = begin(call, path)
    const answering = startAnswering(span, path, durations)
    const { answered } = answering
    const reply = send && replyAndEnd(send, answering)
    const signal = signalOf(call, answering)
    const run = async () => {
      const { known, token } = await admit(call, path, settings, signal)
      const { requestId, deadline } = known
      callContext.run({ token, requestId, deadline, signal }, () =>
        runServed({ context: known, log, answered }, () => handler(call, reply)),
      )
    }
    void context.with(trace.setSpan(context.active(), span), () =>
      run().catch((error: unknown) => {
        const answer = refusal(error, log)
        answered(answer.code)
        if (send) send(answer)
        else call.emit('error', answer)
      }),
    )
  }
}
