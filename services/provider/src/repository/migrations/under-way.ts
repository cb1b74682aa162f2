import { alterOnce, sqlMigration } from '@micromart/store'

const ascii = 'CHARACTER SET ascii COLLATE ascii_bin'

/** `due_at` is set while a charge is under way, and says when its time is over. */
export const chargesUnderWay = sqlMigration(
  'AddDueToCharges1763800000002',
  alterOnce(
    'charges',
    { column: 'due_at' },
    `ADD COLUMN due_at DATETIME(3) NULL,
       ADD COLUMN then_status VARCHAR(20) NULL,
       ADD COLUMN then_code VARCHAR(40) NULL,
       ADD COLUMN keeps_money BOOLEAN NOT NULL DEFAULT FALSE,
       ADD KEY charges_due (due_at)`,
  ),
)

/** References compare byte by byte, and their sums come from the index alone. */
export const ledgerByReference = sqlMigration(
  'IndexLedgerByReference1763800000003',
  alterOnce(
    'ledger',
    { index: 'ledger_reference' },
    `MODIFY COLUMN reference VARCHAR(100) ${ascii} NOT NULL,
       ADD KEY ledger_reference (reference, kind, amount, currency, entered_at)`,
  ),
)

const notices = `CREATE TABLE IF NOT EXISTS notices (
  id CHAR(36) ${ascii} NOT NULL PRIMARY KEY,
  body LONGTEXT CHARACTER SET utf8mb4 NOT NULL,
  attempts INT NOT NULL DEFAULT 0,
  next_at DATETIME(3) NULL,
  delivered_at DATETIME(3) NULL,
  created_at DATETIME(3) NOT NULL,
  KEY notices_next (next_at),
  KEY notices_delivered (delivered_at)
) ENGINE = InnoDB`

export const createNotices = sqlMigration('CreateNotices1763800000004', [notices])
