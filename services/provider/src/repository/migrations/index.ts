import { sqlMigration } from '@micromart/store'
import { chargesUnderWay, createNotices, ledgerByReference } from './under-way.ts'

const key = 'VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL'
const id = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL'

const charges = `CREATE TABLE IF NOT EXISTS charges (
  idempotency_key ${key} PRIMARY KEY,
  id ${id},
  status VARCHAR(20) NOT NULL,
  decline_code VARCHAR(40) NULL,
  amount BIGINT NULL,
  currency CHAR(3) NULL,
  refunded BIGINT NOT NULL DEFAULT 0,
  reference VARCHAR(100) NULL,
  fingerprint CHAR(64) NULL,
  created_at DATETIME(3) NOT NULL,
  UNIQUE KEY charges_id (id)
) ENGINE = InnoDB`

const refunds = `CREATE TABLE IF NOT EXISTS refunds (
  idempotency_key ${key} PRIMARY KEY,
  id ${id},
  charge_id ${id},
  amount BIGINT NOT NULL,
  created_at DATETIME(3) NOT NULL
) ENGINE = InnoDB`

const ledger = `CREATE TABLE IF NOT EXISTS ledger (
  seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(10) NOT NULL,
  charge_id ${id},
  idempotency_key ${key},
  reference VARCHAR(100) NOT NULL,
  amount BIGINT NOT NULL,
  currency CHAR(3) NOT NULL,
  entered_at DATETIME(3) NOT NULL,
  UNIQUE KEY ledger_movement (kind, idempotency_key)
) ENGINE = InnoDB`

const faults = `CREATE TABLE IF NOT EXISTS faults (idempotency_key ${key} PRIMARY KEY) ENGINE = InnoDB`

export const migrations = [
  sqlMigration('CreateLedger1763800000001', [charges, refunds, ledger, faults]),
  chargesUnderWay,
  ledgerByReference,
  createNotices,
]
