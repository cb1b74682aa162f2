import { metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

const parameters = {
  unit: 's',
  description: 'Time a query took, seen by the service',
  advice: { explicitBucketBoundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 3] },
}

/** The first word: SELECT, INSERT, UPDATE, DELETE, COMMIT, ... */
const operationOf = (query: string): string => /\w+/.exec(query)?.[0].toUpperCase() ?? 'QUERY'

/** Told of each query that has ended, with the milliseconds that it took. */
export type QueryRecord = (query: string, tookMs: number, success: boolean) => void

/**
 * Spans and times of queries. The span is written when the query has ended, with its true start, and only inside a trace that is kept.
 * The text holds placeholders, never values.
 */
export const queryRecord = (database: string): QueryRecord => {
  const tracer = trace.getTracer('@micromart/store')
  const histogram = metrics
    .getMeter('@micromart/store')
    .createHistogram('db_client_operation_duration_seconds', parameters)
  return (query, tookMs, success) => {
    const operation = operationOf(query)
    histogram.record(tookMs / 1000, { db_operation_name: operation })
    if (!trace.getActiveSpan()?.isRecording()) return
    const attributes = {
      'db.system.name': 'mysql',
      'db.namespace': database,
      'db.operation.name': operation,
      'db.query.text': query.slice(0, 500),
    }
    const startTime = Math.round(Date.now() - tookMs) // Zipkin refuses a batch with a broken microsecond
    const span = tracer.startSpan(operation, { kind: SpanKind.CLIENT, startTime, attributes })
    if (!success) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }
}
