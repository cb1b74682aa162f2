import type { Breaker } from '@micromart/dapr'
import { DomainError } from '@micromart/kernel'
import { context, type Histogram, metrics, propagation, SpanKind, trace } from '@opentelemetry/api'

export type ProviderAddress = { readonly url: string; readonly key: string }

/** What the provider said. Everything that is no such thing is thrown: the breaker counts it. */
export type ProviderReply = { readonly status: number; readonly body: unknown }

type ProviderRequest = {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly idempotencyKey?: string
  readonly body?: object
  readonly limitMs: number
}

const shortestMs = 20

const durationOptions = {
  unit: 's',
  description: 'Requests to the payment provider',
  advice: { explicitBucketBoundaries: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 4, 6] },
}

/** Only an open breaker throws a DomainError here. */
const retryAfterMs = ({ params }: DomainError): number => Number(params['retryAfter'] ?? 1) * 1000

const headersOf = ({ key }: ProviderAddress, { idempotencyKey, body }: ProviderRequest) => {
  const headers: Record<string, string> = { authorization: `Bearer ${key}` }
  if (body) headers['content-type'] = 'application/json'
  if (idempotencyKey) headers['idempotency-key'] = idempotencyKey
  propagation.inject(context.active(), headers)
  return headers
}

/** One request; the connection is cut when its time is over. @throws on 5xx, a lost connection, a body that is no JSON */
const sendOnce = async (
  address: ProviderAddress,
  request: ProviderRequest,
): Promise<ProviderReply> => {
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

export type ProviderSender = {
  /** @returns undefined when the provider could not be asked or did not answer */
  readonly send: (request: ProviderRequest) => Promise<ProviderReply | undefined>
  /** False from the first request that the breaker refused until one is let through. */
  readonly available: () => boolean
}

/** Sends requests of one operation to the provider, through the breaker of that operation. */
export const providerSender = (
  address: ProviderAddress,
  operation: string,
  breaker: Breaker,
): ProviderSender => {
  const durations = metrics
    .getMeter('@micromart/payment')
    .createHistogram('micromart_payment_provider_duration_seconds', durationOptions)
  let refusedUntil = 0
  const sendNow = async (request: ProviderRequest): Promise<ProviderReply> => {
    refusedUntil = 0
    return timed(durations, operation, () => sendOnce(address, request))
  }
  return {
    available: () => Date.now() >= refusedUntil,
    send: async (request) => {
      if (request.limitMs < shortestMs) return undefined
      try {
        return await breaker(() => sendNow(request))
      } catch (error) {
        // Counted by breaker and histogram; the caller says `unknown`.
        if (error instanceof DomainError) refusedUntil = Date.now() + retryAfterMs(error)
        return undefined
      }
    },
  }
}
