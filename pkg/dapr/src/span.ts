import { randomBytes } from 'node:crypto'
import type { Metadata } from '@grpc/grpc-js'
import type { SpanAttributes } from '@micromart/contracts/telemetry'
import {
  type Context,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  TraceFlags,
} from '@opentelemetry/api'

const setter = { set: (to: Metadata, key: string, value: string) => to.set(key, value) }

/**
 * Stands for a span in a trace that is not kept: it carries the parent's context on and costs nothing. Undefined in a
 * trace that is kept, or where one begins.
 */
export const unkeptSpan = (parent: Context): Span | undefined => {
  const carried = trace.getSpanContext(parent)
  const isKept = carried === undefined || (carried.traceFlags & TraceFlags.SAMPLED) !== 0
  return isKept ? undefined : trace.wrapSpanContext(carried)
}

/** Runs work in a trace of its own that nobody keeps: other processes follow its decision. */
export const outsideTraces = <T>(work: () => T): T => {
  const traceId = randomBytes(16).toString('hex')
  const unkept = { traceId, spanId: randomBytes(8).toString('hex'), traceFlags: TraceFlags.NONE }
  return context.with(trace.setSpanContext(context.active(), unkept), work)
}

/** Begins a span for an outgoing call and writes its W3C context into the call's metadata. */
export const beginCall = (
  name: string,
  attributes: SpanAttributes,
  metadata: Metadata,
  kind: SpanKind = SpanKind.CLIENT,
): Span => {
  const parent = context.active()
  const begin = () =>
    trace.getTracer('@micromart/dapr').startSpan(name, { kind, attributes }, parent)
  const span = unkeptSpan(parent) ?? begin()
  propagation.inject(trace.setSpan(parent, span), metadata, setter)
  return span
}

/** Ends a span; an error is its status, not an event: the message may hold what a trace must not. */
export const endCall = (span: Span, code: string | undefined): void => {
  if (code !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: code })
  span.end()
}
