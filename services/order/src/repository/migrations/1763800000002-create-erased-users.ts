import { sqlMigration } from '@micromart/store'

/** Erased accounts whose access tokens may still be used for some minutes: their late orders are refused. */
const erasedUsers = `CREATE TABLE IF NOT EXISTS erased_users (
  user_id CHAR(36) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
  erased_at DATETIME(3) NOT NULL,
  KEY erased_users_erased (erased_at)
) ENGINE = InnoDB`

export const createErasedUsers = sqlMigration('CreateErasedUsers1763800000002', [erasedUsers])
