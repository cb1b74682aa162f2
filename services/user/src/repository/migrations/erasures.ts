import { sqlMigration } from '@micromart/store'

const ascii = 'CHARACTER SET ascii COLLATE ascii_bin'
const id = `CHAR(36) ${ascii} NOT NULL`

// The account's id stays: orders name it, and a receipt proves what became of whom without a name.
const erasure = `CREATE TABLE IF NOT EXISTS erasure (
  id ${id} PRIMARY KEY,
  account_id ${id},
  requested_at DATETIME(3) NOT NULL,
  due_at DATETIME(3) NULL,
  tries INT UNSIGNED NOT NULL DEFAULT 0,
  completed_at DATETIME(3) NULL,
  receipt TEXT ${ascii} NULL,
  receipt_key VARCHAR(500) ${ascii} NULL,
  UNIQUE KEY erasure_account (account_id),
  KEY erasure_due (due_at),
  KEY erasure_completed (completed_at)
) ENGINE = InnoDB`

const part = `CREATE TABLE IF NOT EXISTS erasure_part (
  erasure_id ${id},
  app VARCHAR(20) ${ascii} NOT NULL,
  at DATETIME(3) NOT NULL,
  erased VARCHAR(1000) ${ascii} NOT NULL,
  kept VARCHAR(1000) ${ascii} NOT NULL,
  digest CHAR(64) ${ascii} NOT NULL,
  PRIMARY KEY (erasure_id, app),
  CONSTRAINT erasure_part_erasure FOREIGN KEY (erasure_id) REFERENCES erasure (id) ON DELETE CASCADE
) ENGINE = InnoDB`

/** Erasures under way and their receipts. */
export const createErasures = [erasure, part].map((statement, index) =>
  sqlMigration(`CreateErasures${String(1_763_800_000_700 + index)}`, [statement]),
)
