import { context, type Histogram, metrics, propagation, SpanKind, trace } from '@opentelemetry/api'
import type { ProviderBreaker } from './provider-breaker.ts'

export type ProviderAddress = { readonly url: string; readonly key: string }

/** What the provider said. Everything that is no such thing is thrown: the breaker counts it. */
export type ProviderReply = { readonly status: number; readonly body: unknown }

export type ProviderRequest = {
  readonly operation: string
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly idempotencyKey?: string
  readonly body?: object
  readonly limitMs: number
}

const shortestMs = 20

const headersOf = ({ key }: ProviderAddress, { idempotencyKey, body }: ProviderRequest) => {
  const headers: Record<string, string> = { authorization: `Bearer ${key}` }
  if (body) headers['content-type'] = 'application/json'
  if (idempotencyKey) headers['idempotency-key'] = idempotencyKey
  propagation.inject(context.active(), headers)
  return headers
}

/** One request; the connection is cut when its time is over. @throws on 5xx, a lost connection, a body that is no JSON */
const send = async (address: ProviderAddress, request: ProviderRequest): Promise<ProviderReply> => {
  const response = await fetch(address.url + request.path, {
    method: request.method,
    headers: headersOf(address, request),
    signal: AbortSignal.timeout(request.limitMs),
    ...(request.body && { body: JSON.stringify(request.body) }),
  })
  const body: unknown = await response.json()
  if (response.status >= 500) throw new Error(`the provider answered ${response.status}`)
  return { status: response.status, body }
}

const timed = async <T>(durations: Histogram, operation: string, work: () => Promise<T>) => {
  const tracer = trace.getTracer('@micromart/payment')
  const span = tracer.startSpan(`provider ${operation}`, { kind: SpanKind.CLIENT })
  const begun = performance.now()
  const record = (outcome: string) =>
    durations.record((performance.now() - begun) / 1000, { operation, outcome })
  try {
    const result = await context.with(trace.setSpan(context.active(), span), work)
    record('ok')
    return result
  } catch (error) {
    record('failed')
    throw error
  } finally {
    span.end()
  }
}

/** Sends requests to the provider, each through the breaker of its operation. */
export const providerSender = (address: ProviderAddress) => {
  const durations = metrics
    .getMeter('@micromart/payment')
    .createHistogram('micromart_payment_provider_duration_seconds', { unit: 's' })
  /** @returns undefined when the provider could not be asked or did not answer */
  return async (
    breaker: ProviderBreaker,
    request: ProviderRequest,
  ): Promise<ProviderReply | undefined> => {
    if (request.limitMs < shortestMs) return undefined
    try {
      return await breaker.run(() =>
        timed(durations, request.operation, () => send(address, request)),
      )
    } catch {
      return undefined // counted by the breaker and the histogram; the caller says `unknown`
    }
  }
}
