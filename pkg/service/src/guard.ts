import {
  type MethodDefinition,
  type sendUnaryData,
  type ServerDuplexStream,
  status,
} from '@grpc/grpc-js'
import { accessOf } from '@micromart/contracts'
import { callContext } from '@micromart/dapr'
import type { Log } from '@micromart/kernel'
import { context, trace } from '@opentelemetry/api'
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
} from './incoming.ts'
import { refusal } from './refusal.ts'
import { describeCall, type RpcTelemetry, type ServedRpc } from './rpc-telemetry.ts'
import { runServed } from './served.ts'
import type { TokenVerifier } from './token-verifier.ts'

export type GuardSettings = {
  readonly verifier: TokenVerifier
  readonly appToken: string | undefined
  readonly log: Log
  readonly telemetry: RpcTelemetry
}

type AnyMethod = MethodDefinition<unknown, unknown>
/** What unary and streaming calls have in common. */
type Call = Pick<
  ServerDuplexStream<unknown, unknown>,
  'on' | 'emit' | 'metadata' | 'getDeadline'
> & {
  /** Of a call with one message in. */
  readonly request?: unknown
}
type Handler = (call: unknown, reply?: sendUnaryData<unknown>) => void

/** grpc-js says `cancelled` at the end of every call, answered or not; only the second means that nobody waits. */
const signalOf = (call: Call, { answered, isAnswered }: ServedRpc): AbortSignal => {
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
  (reply: sendUnaryData<unknown>, { answered }: ServedRpc): sendUnaryData<unknown> =>
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
  const { log, telemetry } = settings
  return (incoming, send) => {
    const call = incoming as Call
    const served = telemetry.begin(call.metadata, path)
    const { span, answered } = served
    const reply = send && replyAndEnd(send, served)
    const signal = signalOf(call, served)
    const run = async () => {
      const { known, token } = await admit(call, path, settings, signal)
      const { requestId, deadline } = known
      describeCall(span, known.caller, call.request)
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
