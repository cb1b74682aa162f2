import type { IncomingMessage } from 'node:http'
import { context, propagation, ROOT_CONTEXT, SpanKind, trace } from '@opentelemetry/api'

/** Runs work inside a span of the caller's trace; without one (a health question) there is nothing to trace. */
export const inCallersTrace = async <T>(
  { headers, method }: IncomingMessage,
  path: string,
  work: () => Promise<T>,
): Promise<T> => {
  const parent = propagation.extract(ROOT_CONTEXT, headers)
  if (trace.getSpanContext(parent) === undefined) return work()
  const tracer = trace.getTracer('@micromart/provider')
  const span = tracer.startSpan(`${method} ${path}`, { kind: SpanKind.SERVER }, parent)
  try {
    return await context.with(trace.setSpan(parent, span), work)
  } finally {
    span.end()
  }
}
