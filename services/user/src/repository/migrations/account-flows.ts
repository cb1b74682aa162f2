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
  CONSTRAINT totp_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
) ENGINE = InnoDB`

const recoveryCode = `CREATE TABLE IF NOT EXISTS recovery_code (
  account_id ${id},
  digest ${digest},
  PRIMARY KEY (account_id, digest),
  CONSTRAINT recovery_code_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
) ENGINE = InnoDB`

// One at a time per account and purpose: the next one replaces it.
const accountToken = `CREATE TABLE IF NOT EXISTS account_token (
  account_id ${id},
  purpose VARCHAR(20) ${ascii} NOT NULL,
  digest ${digest},
  email_digest ${digest},
  password_version INT NOT NULL,
  issued INT NOT NULL,
  created_at DATETIME(3) NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  PRIMARY KEY (account_id, purpose),
  UNIQUE KEY account_token_digest (digest),
  KEY account_token_expires (expires_at),
  CONSTRAINT account_token_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
) ENGINE = InnoDB`

// account_id is NULL for nobody, and has no foreign key: to queue a mail costs the same whether there is an account or not.
const mail = `CREATE TABLE IF NOT EXISTS mail (
  id ${id} PRIMARY KEY,
  account_id CHAR(36) ${ascii} NULL,
  kind VARCHAR(20) ${ascii} NOT NULL,
  created_at DATETIME(3) NOT NULL,
  attempts INT NOT NULL DEFAULT 0,
  next_at DATETIME(3) NULL,
  issued_at DATETIME(3) NULL,
  outcome VARCHAR(10) ${ascii} NULL,
  ended_at DATETIME(3) NULL,
  KEY mail_next (next_at, id),
  KEY mail_account (account_id),
  KEY mail_ended (ended_at)
) ENGINE = InnoDB`

const changes = [
  alterOnce('session', { column: 'last_used_at' }, sessionColumns),
  alterOnce('account', { column: 'second_factor_since' }, accountColumns),
  [totp],
  [recoveryCode],
  [accountToken],
  [mail],
  alterOnce('totp', { column: 'failed_at' }, 'ADD COLUMN failed_at DATETIME(3) NULL'),
  alterOnce(
    'signing_key',
    { column: 'rotation_asked_at' },
    'ADD COLUMN rotation_asked_at DATETIME(3) NULL',
  ),
  alterOnce('account', { column: 'demo' }, 'ADD COLUMN demo BOOLEAN NOT NULL DEFAULT FALSE'),
]

/** What sessions are listed by, the second factor, tokens in links, and the mails that carry them. */
export const createAccountFlows = changes.map((statements, index) =>
  sqlMigration(`CreateAccountFlows${String(1_763_800_000_300 + index)}`, statements),
)
