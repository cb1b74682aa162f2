import type { MigrationInterface, QueryRunner } from 'typeorm'

/** Not only UUIDs: whatever a store may name as an order. */
const id = 'VARCHAR(100) CHARACTER SET ascii COLLATE ascii_bin'

/** One row: to where the books agreed, and the newest entry of the timelines that they know of. */
const marks = `CREATE TABLE IF NOT EXISTS book_marks (
  id TINYINT UNSIGNED NOT NULL PRIMARY KEY,
  watermark ${id} NOT NULL,
  timeline_seen BIGINT UNSIGNED NOT NULL
) ENGINE = InnoDB`

/** Orders at or below the watermark that are looked at again all the same. */
const open = `CREATE TABLE IF NOT EXISTS book_open (
  order_id ${id} NOT NULL PRIMARY KEY
) ENGINE = InnoDB`

const outboxIndex = `SELECT 1 AS one FROM information_schema.statistics
  WHERE table_schema = DATABASE() AND table_name = 'outbox' AND index_name = 'outbox_aggregate' LIMIT 1`

/** The events of an order are found by it. MySQL knows no ADD KEY IF NOT EXISTS. */
const indexOutbox = async (runner: QueryRunner): Promise<void> => {
  const known: readonly unknown[] = await runner.query(outboxIndex)
  if (known.length > 0) return
  await runner.query('ALTER TABLE outbox ADD KEY outbox_aggregate (aggregate_id, topic)')
}

export class createBooks implements MigrationInterface {
  readonly name = 'CreateBooks1763800000020'

  async up(runner: QueryRunner): Promise<void> {
    await runner.query(marks)
    await runner.query(open)
    await indexOutbox(runner)
  }

  /** There is no way back: an older service runs on the newer schema. */
  async down(): Promise<void> {}
}
