import { apps } from '@micromart/contracts'
import { type Histogram, histogram, type SpanAttributes } from '@micromart/contracts/telemetry'
import type { Breaker } from '@micromart/dapr'
import { DomainError } from '@micromart/kernel'
import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

const shortestMs = 20

/** Only an open breaker throws a DomainError here. */
const retryAfterMs = ({ params }: DomainError): number => Number(params['retryAfter'] ?? 1) * 1000

type Durations = Histogram<'micromart_payment_provider_duration_seconds'>

const timed = async <T>(durations: Durations, operation: string, work: () => Promise<T>) => {
  const tracer = trace.getTracer('@micromart/payment')
  const attributes: SpanAttributes = { 'peer.service': apps.provider }
  const span = tracer.startSpan(`provider ${operation}`, { kind: SpanKind.CLIENT, attributes })
  const begun = performance.now()
  const record = (outcome: 'ok' | 'failed') =>
    durations.record((performance.now() - begun) / 1000, { operation, outcome })
  try {
    const result = await context.with(trace.setSpan(context.active(), span), work)
    record('ok')
    return result
  } catch (error) {
    record('failed')
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
}

/** The calls of one operation to a provider. */
export type Guarded = {
  /**
   * @param limitMs how long the work may take; it keeps to that itself
   * @param work throws what the breaker is to count: anything that is no answer
   * @returns undefined when the provider could not be asked or did not answer
   */
  readonly run: <T>(
    limitMs: number,
    work: (limitMs: number) => Promise<T>,
  ) => Promise<T | undefined>
  /** False from the first call that the breaker refused until one is let through. */
  readonly available: () => boolean
}

/** Calls through the breaker of their operation, each measured and with a span of its own. */
export const guardedBy = (operation: string, breaker: Breaker): Guarded => {
  const durations = histogram('micromart_payment_provider_duration_seconds')
  let refusedUntil = 0
  return {
    available: () => Date.now() >= refusedUntil,
    run: async (limitMs, work) => {
      if (limitMs < shortestMs) return undefined
      try {
        return await breaker(() => {
          refusedUntil = 0
          return timed(durations, operation, () => work(limitMs))
        })
      } catch (error) {
        // Counted by breaker and histogram; the caller says `unknown`.
        if (error instanceof DomainError) refusedUntil = Date.now() + retryAfterMs(error)
        return undefined
      }
    },
  }
}
