import { alterOnce, sqlMigration } from '@micromart/store'

const ascii = 'CHARACTER SET ascii COLLATE ascii_bin'
const id = `CHAR(36) ${ascii} NOT NULL`
const digest = `CHAR(64) ${ascii} NOT NULL`

const sessionColumns = `
  ADD COLUMN client_id VARCHAR(100) ${ascii} NULL,
  ADD COLUMN user_agent VARCHAR(200) NULL,
  ADD COLUMN address VARCHAR(50) ${ascii} NULL,
  ADD COLUMN last_used_at DATETIME(3) NULL`

const accountColumns = `
  ADD COLUMN email_verified_at DATETIME(3) NULL,
  ADD COLUMN second_factor_since DATETIME(3) NULL`

const totp = `CREATE TABLE IF NOT EXISTS totp (
  account_id ${id} PRIMARY KEY,
  sealed_secret VARCHAR(255) ${ascii} NOT NULL,
  started_at DATETIME(3) NOT NULL,
  confirmed_at DATETIME(3) NULL,
  last_step INT NULL,
  failures INT NOT NULL DEFAULT 0,
  last_failure_at DATETIME(3) NULL,
  CONSTRAINT totp_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
) ENGINE = InnoDB`

const recoveryCode = `CREATE TABLE IF NOT EXISTS recovery_code (
  account_id ${id},
  digest ${digest},
  PRIMARY KEY (account_id, digest),
  CONSTRAINT recovery_code_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
) ENGINE = InnoDB`

const changes = [
  alterOnce('session', { column: 'last_used_at' }, sessionColumns),
  alterOnce('account', { column: 'second_factor_since' }, accountColumns),
  [totp],
  [recoveryCode],
]

/** What sessions are listed by, and the second factor. */
export const createAccountFlows = changes.map((statements, index) =>
  sqlMigration(`CreateAccountFlows${String(1_763_800_000_300 + index)}`, statements),
)
