import { histogram, type SpanAttributes } from '@micromart/contracts/telemetry'
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'

/** The first word: SELECT, INSERT, UPDATE, DELETE, COMMIT, ... */
const operationOf = (query: string): string => /\w+/.exec(query)?.[0].toUpperCase() ?? 'QUERY'

/** The first table that a statement names. */
const tableOf = (query: string): string | undefined =>
  /\b(?:FROM|INTO|UPDATE)\s+`?(\w+)/i.exec(query)?.[1]

/** Told of each query that has ended, with the milliseconds that it took. */
export type QueryRecord = (query: string, tookMs: number, success: boolean) => void

/**
 * Spans and times of queries. The span is written when the query has ended, with its true start, and only inside a trace that is kept.
 * The text holds placeholders, never values.
 */
export const queryRecord = (database: string): QueryRecord => {
  const tracer = trace.getTracer('@micromart/store')
  const durations = histogram('db_client_operation_duration_seconds')
  return (query, tookMs, success) => {
    const operation = operationOf(query)
    durations.record(tookMs / 1000, { db_system_name: 'mysql', db_operation_name: operation })
    if (!trace.getActiveSpan()?.isRecording()) return
    const table = tableOf(query)
    const attributes: SpanAttributes = {
      'db.system.name': 'mysql',
      'db.namespace': database,
      'db.operation.name': operation,
      ...(table && { 'db.collection.name': table }),
      'db.query.text': query.slice(0, 300),
    }
    const startTime = Math.round(Date.now() - tookMs) // Zipkin refuses a batch with a broken microsecond
    const name = table ? `${operation} ${table}` : operation
    const span = tracer.startSpan(name, { kind: SpanKind.CLIENT, startTime, attributes })
    if (!success) span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }
}
