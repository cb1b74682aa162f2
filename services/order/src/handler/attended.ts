import type { SpanAttributes } from '@micromart/contracts/telemetry'
import { ROOT_CONTEXT, SpanStatusCode, context, trace } from '@opentelemetry/api'
import type { Attended } from '../model/ports.ts'

/** The sweeper's work on one order as a trace of its own: the request that left it is over, and the order's id leads to both. */
export const attendedInTrace: Attended = ({ id, status, tries }, work) => {
  const attributes: SpanAttributes = {
    'micromart.order.id': id,
    'micromart.order.status': status,
    'micromart.saga.tries': tries,
  }
  const tracer = trace.getTracer('@micromart/order')
  const span = tracer.startSpan('settle order', { attributes }, ROOT_CONTEXT)
  const failed = (error: unknown): never => {
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  }
  const inSpan = () =>
    work()
      .catch(failed)
      .finally(() => span.end())
  return context.with(trace.setSpan(ROOT_CONTEXT, span), inSpan)
}
