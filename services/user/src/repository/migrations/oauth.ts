import { alterOnce, sqlMigration } from '@micromart/store'

const ascii = 'CHARACTER SET ascii COLLATE ascii_bin'
const digest = `CHAR(64) ${ascii}`
const engine = 'ENGINE = InnoDB DEFAULT CHARSET = utf8mb4 COLLATE = utf8mb4_bin'

const client = `CREATE TABLE IF NOT EXISTS oauth_client (
  id VARCHAR(64) ${ascii} NOT NULL PRIMARY KEY,
  version INT NOT NULL,
  name VARCHAR(100) NOT NULL,
  metadata LONGTEXT NOT NULL,
  secret_digest ${digest} NULL,
  old_secret_digest ${digest} NULL,
  old_secret_until DATETIME(3) NULL,
  created_at DATETIME(3) NOT NULL,
  updated_at DATETIME(3) NOT NULL
) ${engine}`

// A session with a client; its scopes are separated by blanks. It goes with its session.
const grant = `CREATE TABLE IF NOT EXISTS oauth_grant (
  session_id CHAR(36) ${ascii} NOT NULL PRIMARY KEY,
  granted VARCHAR(1000) ${ascii} NOT NULL,
  declined VARCHAR(1000) ${ascii} NOT NULL,
  CONSTRAINT oauth_grant_session FOREIGN KEY (session_id) REFERENCES session (id) ON DELETE CASCADE
) ${engine}`

const state = `CREATE TABLE IF NOT EXISTS oauth_state (
  kind VARCHAR(20) ${ascii} NOT NULL,
  digest ${digest} NOT NULL,
  uid ${digest} NULL,
  account_id CHAR(36) ${ascii} NULL,
  session_id CHAR(36) ${ascii} NULL,
  content TEXT ${ascii} NOT NULL,
  expires_at DATETIME(3) NOT NULL,
  consumed_at DATETIME(3) NULL,
  PRIMARY KEY (kind, digest),
  KEY oauth_state_uid (uid),
  KEY oauth_state_account (account_id),
  KEY oauth_state_session (session_id),
  KEY oauth_state_expires (expires_at),
  CONSTRAINT oauth_state_session FOREIGN KEY (session_id) REFERENCES session (id) ON DELETE CASCADE
) ${engine}`

/** NULL for the refresh tokens of a login. */
const tokenContent = alterOnce(
  'refresh_token',
  { column: 'content' },
  `ADD COLUMN content TEXT ${ascii} NULL`,
)

/** One migration a table: each can be run again after a crash in its middle. */
export const createOAuth = [[client], [grant], [state], tokenContent].map((statements, index) =>
  sqlMigration(`CreateOAuth${String(1_763_800_000_600 + index)}`, statements),
)
