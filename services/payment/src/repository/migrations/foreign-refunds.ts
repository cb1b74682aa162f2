import { alterOnce, sqlMigration } from '@micromart/store'

const ascii = 'CHARACTER SET ascii COLLATE ascii_bin'

const refundColumns = `
  ADD COLUMN origin VARCHAR(8) ${ascii} NOT NULL DEFAULT "order",
  ADD COLUMN due_at DATETIME(3) NULL,
  ADD COLUMN tries INT NOT NULL DEFAULT 0,
  ADD COLUMN foreign_at DATETIME(3) NULL,
  ADD KEY refunds_due (due_at),
  ADD KEY refunds_foreign (foreign_at, id)`

const paymentColumns = 'ADD COLUMN told_refunded BIGINT NOT NULL DEFAULT 0'

/**
 * Desk refunds of before this migration are told by their ids: an order's own have its id, or are of version 8. Order passes
 * over what it knows.
 */
const oldDeskRefunds = `
  UPDATE refunds r JOIN payments p ON p.id = r.payment_id
     SET r.origin = 'desk', r.foreign_at = r.created_at
   WHERE r.status = 'refunded' AND r.id <> p.order_id AND SUBSTRING(r.id, 15, 1) = '7'`

export const alterForeignRefunds = sqlMigration('AddOriginToRefunds1763800000010', [
  ...alterOnce('refunds', { column: 'origin' }, refundColumns),
  oldDeskRefunds,
])

export const alterToldRefunded = sqlMigration(
  'AddToldRefundedToPayments1763800000011',
  alterOnce('payments', { column: 'told_refunded' }, paymentColumns),
)
