import { type MigrationClass, sqlMigration } from '@micromart/store'
import type { MigrationInterface, QueryRunner } from 'typeorm'

const id = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin'
const word = (length: number) => `VARCHAR(${length}) CHARACTER SET ascii COLLATE ascii_bin`
const text = (length: number) =>
  `VARCHAR(${length}) CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci`

/** One statement, all or nothing; MySQL knows no `ADD COLUMN IF NOT EXISTS`, hence the look before it. */
const addToOrders = `ALTER TABLE orders
  MODIFY COLUMN payment_status ${word(24)} NOT NULL,
  ADD COLUMN next_action TEXT CHARACTER SET utf8mb4 NULL,
  ADD COLUMN refunded BIGINT NOT NULL DEFAULT 0,
  ADD COLUMN open_refund ${id} NULL,
  ADD COLUMN carrier ${text(100)} NULL,
  ADD COLUMN tracking_code ${text(100)} NULL`

/** What an order has beyond its payment: what the shopper must do for it, what went back, who carries the goods. */
export const extendOrders: MigrationClass = class implements MigrationInterface {
  readonly name = 'ExtendOrders1763800000003'

  async up(runner: QueryRunner): Promise<void> {
    if (!(await runner.hasColumn('orders', 'refunded'))) await runner.query(addToOrders)
  }

  /** There is no way back: an older service runs on the newer schema, a fault is mended forwards. */
  async down(): Promise<void> {}
}

const refunds = `CREATE TABLE IF NOT EXISTS refunds (
  id ${id} NOT NULL,
  order_id ${id} NOT NULL,
  status ${word(16)} NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  amount BIGINT NOT NULL,
  reason ${text(500)} NOT NULL,
  restock TINYINT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL,
  PRIMARY KEY (id),
  KEY refunds_order (order_id, created_at),
  KEY refunds_status (status, updated_at),
  CONSTRAINT refunds_order FOREIGN KEY (order_id) REFERENCES orders (id)
) ENGINE = InnoDB`

const refundLines = `CREATE TABLE IF NOT EXISTS refund_lines (
  refund_id ${id} NOT NULL,
  line SMALLINT UNSIGNED NOT NULL,
  sku VARCHAR(255) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
  quantity INT UNSIGNED NOT NULL,
  PRIMARY KEY (refund_id, line),
  CONSTRAINT refund_lines_refund FOREIGN KEY (refund_id) REFERENCES refunds (id)
) ENGINE = InnoDB`

/** Refunds that orders knew only as a payment status; the order's id was their id at payment. */
const knownRefunds = `INSERT IGNORE INTO refunds
    (id, order_id, status, currency, amount, reason, restock, created_at, updated_at)
  SELECT id, id, IF(payment_status = 'refunded', 'refunded', 'pending'), currency, total, '',
         status = 'CANCELLED', updated_at, updated_at
    FROM orders WHERE payment_status IN ('refund_pending', 'refunded') AND refunded = 0`

const knownOnOrders = `UPDATE orders
    SET refunded = total, open_refund = IF(payment_status = 'refund_pending', id, NULL)
  WHERE payment_status IN ('refund_pending', 'refunded') AND refunded = 0`

export const createRefunds = sqlMigration('CreateRefunds1763800000004', [
  refunds,
  refundLines,
  knownRefunds,
  knownOnOrders,
])
