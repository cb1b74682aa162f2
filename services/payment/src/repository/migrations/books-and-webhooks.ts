import { alterOnce, inboxTables, sqlMigration } from '@micromart/store'

const ascii = 'CHARACTER SET ascii COLLATE ascii_bin'
const id = `CHAR(36) ${ascii} NOT NULL`

const paymentColumns = `
  ADD COLUMN provider VARCHAR(20) ${ascii} NOT NULL DEFAULT "simulated",
  ADD COLUMN action_url VARCHAR(2048) NULL,
  ADD COLUMN action_expires_at DATETIME(3) NULL,
  ADD KEY payments_charge (charge_id)`

const refundColumns = `
  ADD COLUMN status VARCHAR(20) ${ascii} NOT NULL DEFAULT "pending",
  MODIFY COLUMN done BOOLEAN NOT NULL DEFAULT FALSE`

/** `done` stays and is still written: a service of before this migration reads it. */
const doneRefunds = `UPDATE refunds SET status = 'refunded' WHERE done AND status = 'pending'`

const ledger = `CREATE TABLE IF NOT EXISTS ledger_entries (
  seq BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  payment_id ${id},
  posting VARCHAR(80) ${ascii} NOT NULL,
  account VARCHAR(20) ${ascii} NOT NULL,
  side VARCHAR(6) ${ascii} NOT NULL,
  amount BIGINT NOT NULL,
  currency CHAR(3) ${ascii} NOT NULL,
  entered_at DATETIME(3) NOT NULL,
  UNIQUE KEY ledger_posting (payment_id, posting, account),
  CONSTRAINT ledger_amount CHECK (amount > 0),
  CONSTRAINT ledger_side CHECK (side IN ('debit', 'credit')),
  CONSTRAINT ledger_account
    CHECK (account IN ('authorised', 'captured', 'refunded', 'disputed', 'clearing'))
) ENGINE = InnoDB`

const enter = (posting: string, account: string, side: string, from: string): string =>
  `INSERT IGNORE INTO ledger_entries
     (payment_id, posting, account, side, amount, currency, entered_at)
   SELECT payment_id, ${posting}, '${account}', '${side}', amount, currency, updated_at FROM ${from}`

const captured = `(SELECT id AS payment_id, amount, currency, updated_at FROM payments
  WHERE status = 'captured' AND amount > 0) was`
const refunded = `(SELECT id, payment_id, amount, currency, updated_at FROM refunds
  WHERE done AND amount > 0) was`

/** What was captured and refunded before there was a ledger. */
const enterTheOld = [
  enter(`'authorise'`, 'authorised', 'debit', captured),
  enter(`'authorise'`, 'clearing', 'credit', captured),
  enter(`'capture'`, 'captured', 'debit', captured),
  enter(`'capture'`, 'authorised', 'credit', captured),
  enter(`CONCAT('refund:', id)`, 'clearing', 'debit', refunded),
  enter(`CONCAT('refund:', id)`, 'refunded', 'credit', refunded),
]

export const alterPayments = sqlMigration(
  'AddProviderToPayments1763800000004',
  alterOnce('payments', { column: 'provider' }, paymentColumns),
)

export const alterRefunds = sqlMigration('AddStatusToRefunds1763800000005', [
  ...alterOnce('refunds', { column: 'status' }, refundColumns),
  doneRefunds,
])

export const createLedger = sqlMigration('CreateLedger1763800000006', [ledger, ...enterTheOld])

export const createInbox = sqlMigration('CreateInbox1763800000007', inboxTables())
