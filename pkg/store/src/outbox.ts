import { type Context, context, isSpanContextValid, trace } from '@opentelemetry/api'
import { type DataSource, type EntityManager, EntitySchema } from 'typeorm'
import { write } from './table.ts'
import { bigintColumn, idColumn, jsonColumn, timeColumn } from './columns.ts'

/** A fact to be told, in the transaction that made it true. */
export type NewEvent = {
  /** UUID; the CloudEvent id that consumers deduplicate by. */
  readonly id: string
  readonly topic: string
  /** Events of one aggregate are published in the order in which they were added. */
  readonly aggregateId: string
  /** JSON, such as `OrderPaid.toJSON(...)`. */
  readonly payload: unknown
  readonly occurredAt: Date
}

/** A stored event on its way out. */
export type OutboxEvent = NewEvent & { readonly traceparent: string | undefined }

export type OutboxRow = {
  seq: bigint
  id: string
  topic: string
  aggregateId: string
  payload: unknown
  traceparent: string | null
  occurredAt: Date
  sentAt: Date | null
}

export const outboxRows = new EntitySchema<OutboxRow>({
  name: 'outbox',
  columns: {
    seq: { type: 'bigint', primary: true, generated: 'increment', transformer: bigintColumn },
    id: idColumn,
    topic: { type: 'varchar', length: 100 },
    aggregateId: { name: 'aggregate_id', type: 'varchar', length: 100 },
    payload: { type: 'longtext', transformer: jsonColumn },
    traceparent: { type: 'varchar', length: 55, nullable: true },
    occurredAt: { name: 'occurred_at', ...timeColumn },
    sentAt: { name: 'sent_at', ...timeColumn, nullable: true },
  },
})

/** The DDL of the outbox, for a service's first migration. */
export const outboxTables = (): string[] => [
  `CREATE TABLE IF NOT EXISTS outbox (
     seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
     id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     topic VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     aggregate_id VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
     payload LONGTEXT CHARACTER SET utf8mb4 NOT NULL,
     traceparent VARCHAR(55) CHARACTER SET ascii COLLATE ascii_bin NULL,
     occurred_at DATETIME(3) NOT NULL,
     sent_at DATETIME(3) NULL,
     UNIQUE KEY outbox_id (id),
     KEY outbox_unsent (sent_at, seq)
   ) ENGINE = InnoDB`,
]

/** W3C trace context, https://www.w3.org/TR/trace-context/; null without a span. */
export const traceparentOf = (of: Context): string | null => {
  const span = trace.getSpanContext(of)
  if (span === undefined || !isSpanContextValid(span)) return null
  return `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`
}

/**
 * Writes an event into the outbox, with the trace context of the change, which the consumers' work joins; the relay publishes
 * it once the transaction has committed.
 */
export const addEvent = async (tx: EntityManager, event: NewEvent): Promise<void> => {
  const { id, topic, aggregateId, payload, occurredAt } = event
  await tx.query(
    `INSERT INTO outbox (id, topic, aggregate_id, payload, traceparent, occurred_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
    [id, topic, aggregateId, JSON.stringify(payload), traceparentOf(context.active()), occurredAt],
  )
}

const oneDayMs = 24 * 60 * 60 * 1000

/**
 * Has events published again that went out since a moment, at most the last day's, which are kept: for a broker that lost
 * them. Harmless for those that it still has: their consumers' inboxes know them.
 * @returns how many
 */
export const republish = async (db: DataSource, since: Date, now: Date): Promise<number> => {
  const from = new Date(Math.max(since.getTime(), now.getTime() - oneDayMs))
  // Up to now: what the relay sends meanwhile is sent.
  const again =
    'UPDATE outbox SET sent_at = NULL WHERE sent_at BETWEEN ? AND ? ORDER BY seq LIMIT 1000'
  for (let all = 0; ;) {
    const marked = await write(db, again, [from, now])
    all += marked
    if (marked < 1000) return all
  }
}
