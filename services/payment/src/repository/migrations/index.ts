import {
  appendOnly,
  auditMigrations,
  deadLetterTables,
  idempotencyTables,
  outboxTables,
  sqlMigration,
} from '@micromart/store'
import { alterForeignRefunds, alterToldRefunded } from './foreign-refunds.ts'
import { alterPayments, alterRefunds, createInbox, createLedger } from './books-and-webhooks.ts'
import { indexPaymentStatus } from './payment-status-index.ts'

const id = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL'

const payments = `CREATE TABLE IF NOT EXISTS payments (
  id ${id} PRIMARY KEY,
  order_id ${id},
  status VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  version INT NOT NULL,
  amount BIGINT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL,
  refund_asked BIGINT NOT NULL DEFAULT 0,
  refunded BIGINT NOT NULL DEFAULT 0,
  charge_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL,
  decline_code VARCHAR(60) CHARACTER SET ascii COLLATE ascii_bin NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  UNIQUE KEY payments_order (order_id)
) ENGINE = InnoDB`

const refunds = `CREATE TABLE IF NOT EXISTS refunds (
  id ${id} PRIMARY KEY,
  payment_id ${id},
  amount BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  done BOOLEAN NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  KEY refunds_payment (payment_id)
) ENGINE = InnoDB`

export const migrations = [
  sqlMigration('CreatePayments1763800000001', [payments]),
  sqlMigration('CreateRefunds1763800000002', [refunds]),
  sqlMigration('CreateOutbox1763800000003', outboxTables()),
  alterPayments,
  alterRefunds,
  createLedger,
  createInbox,
  appendOnly('RefuseLedgerChanges1763800000008', 'ledger_entries'),
  // No event comes in and no key is kept: the backlog counts them as in every service.
  sqlMigration('CreateOperations1763800000009', [...idempotencyTables(), ...deadLetterTables()]),
  alterForeignRefunds,
  alterToldRefunded,
  ...auditMigrations(1_763_800_000_100),
  indexPaymentStatus,
]
