import { outboxTables, sqlMigration } from '@micromart/store'

const id = 'CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL'
const digest = 'CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL'
const engine = 'ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin'

// email_key is compared byte by byte: the model has made it lower case, and two scripts' look-alikes are two addresses.
const account = `CREATE TABLE IF NOT EXISTS account (
  id ${id} PRIMARY KEY,
  email VARCHAR(254) NULL,
  email_key VARCHAR(254) NULL,
  name VARCHAR(200) NOT NULL,
  password_hash VARCHAR(255) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  password_version INT NOT NULL DEFAULT 0,
  created_at DATETIME(3) NOT NULL,
  erased_at DATETIME(3) NULL,
  UNIQUE KEY account_email (email_key)
) ${engine}`

const role = `CREATE TABLE IF NOT EXISTS account_role (
  account_id ${id},
  role VARCHAR(20) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  PRIMARY KEY (account_id, role),
  KEY account_role_role (role, account_id),
  CONSTRAINT account_role_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
) ${engine}`

const session = `CREATE TABLE IF NOT EXISTS session (
  id ${id} PRIMARY KEY,
  account_id ${id},
  started_at DATETIME(3) NOT NULL,
  ends_at DATETIME(3) NOT NULL,
  revoked_at DATETIME(3) NULL,
  KEY session_account (account_id),
  KEY session_ends (ends_at),
  CONSTRAINT session_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
) ${engine}`

const refreshToken = `CREATE TABLE IF NOT EXISTS refresh_token (
  digest ${digest} PRIMARY KEY,
  session_id ${id},
  expires_at DATETIME(3) NOT NULL,
  used_at DATETIME(3) NULL,
  KEY refresh_token_session (session_id),
  CONSTRAINT refresh_token_session FOREIGN KEY (session_id) REFERENCES session (id) ON DELETE CASCADE
) ${engine}`

const address = `CREATE TABLE IF NOT EXISTS address (
  id ${id} PRIMARY KEY,
  account_id ${id},
  name VARCHAR(200) NOT NULL,
  line1 VARCHAR(200) NOT NULL,
  line2 VARCHAR(200) NULL,
  city VARCHAR(100) NOT NULL,
  region VARCHAR(100) NULL,
  postal_code VARCHAR(20) NOT NULL,
  country CHAR(2) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  phone VARCHAR(40) NULL,
  created_at DATETIME(3) NOT NULL,
  KEY address_account (account_id, id),
  CONSTRAINT address_account FOREIGN KEY (account_id) REFERENCES account (id) ON DELETE CASCADE
) ${engine}`

// No foreign key: addresses that belong to nobody are counted like others, or the answer would tell who has an account.
const loginFailure = `CREATE TABLE IF NOT EXISTS login_failure (
  digest ${digest} PRIMARY KEY,
  failures INT NOT NULL,
  last_at DATETIME(3) NOT NULL,
  KEY login_failure_last (last_at)
) ${engine}`

const signingKey = `CREATE TABLE IF NOT EXISTS signing_key (
  kid CHAR(43) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  slot VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NULL,
  x VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  y VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  sealed_private VARCHAR(1000) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  created_at DATETIME(3) NOT NULL,
  active_since DATETIME(3) NULL,
  retired_at DATETIME(3) NULL,
  UNIQUE KEY signing_key_slot (slot)
) ${engine}`

const tables = [account, role, session, refreshToken, address, loginFailure, signingKey]

/** One migration a table: each can be run again after a crash in its middle. */
export const createUsers = [...tables, ...outboxTables()].map((statement, index) =>
  sqlMigration(`CreateUsers${String(1_763_800_000_000 + index)}`, [statement]),
)
