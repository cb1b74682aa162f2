import { metrics, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { DataSource, EntitySubscriberInterface } from 'typeorm'

const parameters = {
  unit: 's',
  description: 'Time a query took, seen by the service',
  advice: { explicitBucketBoundaries: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 3] },
}

/** The first word: SELECT, INSERT, UPDATE, DELETE, COMMIT, ... */
const operationOf = (query: string): string => /\w+/.exec(query)?.[0].toUpperCase() ?? 'QUERY'

/**
 * Spans and times of queries. The span is written when the query has ended, with its true start, and only inside a trace that is kept.
 * The text holds placeholders, never values.
 */
const subscriber = (database: string): EntitySubscriberInterface => {
  const tracer = trace.getTracer('@micromart/store')
  const histogram = metrics
    .getMeter('@micromart/store')
    .createHistogram('db_client_operation_duration_seconds', parameters)
  return {
    afterQuery: ({ query, success, executionTime }) => {
      const operation = operationOf(query)
      const took = executionTime ?? 0
      histogram.record(took / 1000, { db_operation_name: operation })
      if (!trace.getActiveSpan()?.isRecording()) return
      const attributes = {
        'db.system.name': 'mysql',
        'db.namespace': database,
        'db.operation.name': operation,
        'db.query.text': query.slice(0, 500),
      }
      const startTime = Date.now() - took
      const span = tracer.startSpan(operation, { kind: SpanKind.CLIENT, startTime, attributes })
      if (!success) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    },
  }
}

/** Has every query of a data source measured and traced. */
export const recordQueries = (source: DataSource): void => {
  source.subscribers.push(subscriber(String(source.options.database)))
}
