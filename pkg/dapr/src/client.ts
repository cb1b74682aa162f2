import { AsyncLocalStorage } from 'node:async_hooks'
import type { Client, Metadata } from '@grpc/grpc-js'
import { accessOf, idempotencyHeaders } from '@micromart/contracts'
import type { Histogram, SpanAttributes } from '@micromart/contracts/telemetry'
import { DomainError, type ErrorKind } from '@micromart/kernel'
import type { Breakers } from './breaker.ts'
import { callOnce, type Outgoing, type patientAtStart } from './channel.ts'
import { callContext } from './context.ts'
import {
  type Definition,
  type Method,
  partsOf,
  type RequestOf,
  type ResponseOf,
  type UnaryNames,
} from './method.ts'
import { type CallOptions, outgoingCall } from './outgoing.ts'
import { beginCall, endCall, outsideTraces } from './span.ts'
import {
  domainErrorOf,
  isServiceError,
  isUnexplainedUnavailable,
  sidecarErrorOf,
} from './status.ts'

/** Every unary RPC of a service as a promise function. Streaming ones are had from `sidecar.stream`. */
export type RpcClient<S> = {
  readonly [M in UnaryNames<S>]: (
    request: RequestOf<S[M]>,
    options?: CallOptions,
  ) => Promise<ResponseOf<S[M]>>
}

export type ClientOptions<S> = {
  /** Milliseconds per method, where 3,000 is not right. */
  readonly deadlines?: { readonly [M in UnaryNames<S>]?: number }
  /**
   * Every RPC used through this client may be repeated: one that comes back UNAVAILABLE, and not from the service
   * itself, is called once more. Only for apps that Dapr's resiliency file does not already repeat for.
   */
  readonly idempotent?: boolean
  /** Sends the idempotency key of the request being served, if it has one. For the gateway: a service derives its own. */
  readonly forwardsKey?: boolean
  /** Its calls begin no trace that is kept: for what is asked again and again on nobody's behalf. */
  readonly unsampled?: boolean
}

/** What all clients of one process share. */
export type Wire = {
  readonly client: Client
  readonly apiToken: string | undefined
  readonly breakers: Breakers
  readonly durations: Histogram<'dapr_client_request_duration_seconds'>
  readonly atStart: ReturnType<typeof patientAtStart>
}

type Plan = {
  readonly method: Method
  /** App id of the other side, or a component of the own sidecar. */
  readonly target: string
  /** Proxied to another app; otherwise answered by the own sidecar. */
  readonly proxied: boolean
  readonly limitMs: number
  readonly idempotent: boolean
  readonly forwardsKey?: boolean
}

const defaultLimitMs = 3_000

/** What of the request's scope a method gets to know, by its mark. */
export const shareOf = (path: string) => {
  const { kind, audit } = accessOf(path) ?? {}
  const forwardsToken = kind === 'user' || kind === 'capability'
  return { forwardsToken, tellsOrigin: audit !== undefined }
}

const nothing = { forwardsToken: false, tellsOrigin: false }

const asDomainError = (error: unknown, { target, proxied }: Plan): unknown => {
  if (!isServiceError(error)) return error
  return proxied ? domainErrorOf(error, target) : sidecarErrorOf(error, target)
}

const repeatedOnce = async <T>(attempt: () => Promise<T>): Promise<T> => {
  try {
    return await attempt()
  } catch (error) {
    if (isServiceError(error) && isUnexplainedUnavailable(error)) return attempt()
    throw error
  }
}

const ownKey = () => callContext.getStore()?.idempotency

/** Tells the request being served that its answer is an earlier one's. */
const noteReplay = (metadata: Metadata): void => {
  const scope = callContext.getStore()
  if (scope && metadata.get(idempotencyHeaders.replayed).length > 0) scope.replayed = true
}

const outcomeOf = (error: unknown): ErrorKind =>
  error instanceof DomainError ? error.kind : 'internal'

/** One prepared RPC: what does not change from call to call is made here, once. */
export const prepareCall = (wire: Wire, plan: Plan) => {
  const { method, target, proxied, limitMs, idempotent } = plan
  const { service, method: name } = partsOf(method.path)
  const attributes = { 'rpc.system': 'grpc', 'rpc.service': service, 'rpc.method': name }
  const spanAttributes: SpanAttributes = { ...attributes, 'peer.service': target }
  const share = proxied ? shareOf(method.path) : nothing
  const breaker = wire.breakers.of(`${target}${method.path}`, target)

  const send = async (request: unknown, outgoing: Outgoing): Promise<unknown> => {
    const attempt = () => callOnce(wire.client, method, request, outgoing)
    const patient = () => wire.atStart(outgoing.deadline, attempt)
    try {
      return await breaker(() => (idempotent ? repeatedOnce(patient) : patient()))
    } catch (error) {
      throw asDomainError(error, plan)
    }
  }

  return async (request: unknown, options: CallOptions = {}): Promise<unknown> => {
    const { apiToken } = wire
    const { signal } = options
    const idempotency = options.idempotency ?? (plan.forwardsKey ? ownKey() : undefined)
    const wanted = { service: target, limitMs, apiToken, ...share, signal, idempotency }
    const called = outgoingCall(wanted)
    // Bound here: grpc-js tells metadata outside the request's own context.
    const outgoing = idempotency
      ? { ...called, onMetadata: AsyncLocalStorage.bind(noteReplay) }
      : called
    if (proxied) outgoing.metadata.set('dapr-app-id', target)
    const span = beginCall(`${service}/${name}`, spanAttributes, outgoing.metadata)
    const begun = performance.now()
    let failed: ErrorKind | undefined
    try {
      return await send(request, outgoing)
    } catch (error) {
      failed = outcomeOf(error)
      throw error
    } finally {
      endCall(span, failed)
      const labels = { target, operation: name, outcome: failed ?? ('ok' as const) }
      wire.durations.record((performance.now() - begun) / 1_000, labels)
    }
  }
}

const unsampledCall =
  (call: ReturnType<typeof prepareCall>): typeof call =>
  (...args) =>
    outsideTraces(() => call(...args))

/** Turns each unary method of a definition into a prepared call to that app. */
export const makeClient = <S extends Definition>(
  wire: Wire,
  definition: S,
  target: string,
  options: ClientOptions<S> = {},
): RpcClient<S> => {
  const { deadlines = {}, idempotent = false, forwardsKey = false, unsampled = false } = options
  const limits: { readonly [name: string]: number | undefined } = deadlines
  const unary = Object.entries(definition).filter(
    ([, { requestStream, responseStream }]) => !requestStream && !responseStream,
  )
  const calls = unary.map(([name, method]) => {
    const limitMs = limits[name] ?? defaultLimitMs
    const call = prepareCall(wire, {
      method,
      target,
      proxied: true,
      limitMs,
      idempotent,
      forwardsKey,
    })
    return [name, unsampled ? unsampledCall(call) : call]
  })
  return Object.fromEntries(calls) as RpcClient<S>
}
