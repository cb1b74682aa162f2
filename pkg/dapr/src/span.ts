import type { Metadata } from '@grpc/grpc-js'
import {
  type Attributes,
  context,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'

const setter = { set: (to: Metadata, key: string, value: string) => to.set(key, value) }

/** Begins a span for an outgoing call and writes its W3C context into the call's metadata. */
export const beginCall = (
  name: string,
  attributes: Attributes,
  metadata: Metadata,
  kind: SpanKind = SpanKind.CLIENT,
): Span => {
  const parent = context.active()
  const span = trace.getTracer('@micromart/dapr').startSpan(name, { kind, attributes }, parent)
  propagation.inject(trace.setSpan(parent, span), metadata, setter)
  return span
}

/** Ends a span; an error is its status, not an event: the message may hold what a trace must not. */
export const endCall = (span: Span, code: string | undefined): void => {
  if (code !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: code })
  span.end()
}
