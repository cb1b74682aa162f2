export { addressOf } from './address.ts'
export { afterCommit } from './ambient.ts'
export { appendOnly } from './append-only.ts'
export { auditMysql, auditRows, recordAudit } from './audit.ts'
export { auditMigrations, readAuditHead } from './audit-rows.ts'
export { readBacklog } from './backlog.ts'
export { bigintColumn, idColumn, jsonColumn, timeColumn } from './columns.ts'
export { type Database, type DatabaseOptions, openDatabase } from './database.ts'
export { deadLetterTables } from './dead-letter-rows.ts'
export { deadLettersMysql } from './dead-letters.ts'
export { databaseFault, isDuplicate } from './faults.ts'
export {
  type Codec,
  idempotent,
  type KeyedAnswers,
  type KeyedCall,
  type Kept,
} from './idempotency.ts'
export { idempotencyTables, pruneIdempotency, type RequestKey } from './idempotency-rows.ts'
export { firstTime, inboxTables, pruneInbox } from './inbox.ts'
export { migrate } from './migrate.ts'
export { alterOnce, type MigrationClass, sqlMigration } from './migration.ts'
export {
  addEvent,
  type NewEvent,
  type OutboxEvent,
  outboxRows,
  outboxTables,
  republish,
} from './outbox.ts'
export { type Relay, type RelayOptions, startRelay } from './relay.ts'
export { resumable, type ResumableOptions } from './resumable.ts'
export { startSweeper, type Sweeper } from './sweeper.ts'
export {
  alone,
  type Connection,
  deleteAll,
  fromJson,
  insertAll,
  marks,
  select,
  tableOf,
  write,
  type Written,
  written,
} from './table.ts'
export { asOneTransaction, inStatement, inTransaction } from './transaction.ts'
