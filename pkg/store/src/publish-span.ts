import type { SpanAttributes } from '@micromart/contracts/telemetry'
import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api'
import { type OutboxEvent, traceparentOf } from './outbox.ts'

type Publish = (event: OutboxEvent) => Promise<void>

const isKept = (parent: Context): boolean =>
  ((trace.getSpanContext(parent)?.traceFlags ?? TraceFlags.NONE) & TraceFlags.SAMPLED) !== 0

const inSpan = async (parent: Context, event: OutboxEvent, publish: Publish): Promise<void> => {
  const attributes: SpanAttributes = {
    'messaging.system': 'dapr',
    'messaging.operation.type': 'send',
    'messaging.destination.name': event.topic,
    'messaging.message.id': event.id,
  }
  const options = { kind: SpanKind.PRODUCER, attributes }
  const tracer = trace.getTracer('@micromart/store')
  const span = tracer.startSpan(`${event.topic} publish`, options, parent)
  const here = trace.setSpan(parent, span)
  const traceparent = traceparentOf(here) ?? undefined
  try {
    await context.with(here, () => publish({ ...event, traceparent }))
  } catch (error) {
    span.setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
}

/**
 * Publishes an event under the change that it tells of, however long ago that was: its consumers go on from the span that is
 * made here. A change whose trace is not kept, or that had none, makes no span.
 */
export const publishTraced =
  (publish: Publish): Publish =>
  async (event) => {
    const parent = propagation.extract(ROOT_CONTEXT, { traceparent: event.traceparent })
    if (isKept(parent)) return inSpan(parent, event, publish)
    return context.with(parent, () => publish(event))
  }
