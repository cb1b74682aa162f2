import { type Database, deleteAll } from '@micromart/store'
import { forgottenBefore, passwordRule } from '../model/login-throttle.ts'
import type { LoginFailures } from '../model/ports.ts'
import { loginFailureRows } from './rows.ts'

/** Failed logins in `micromart_user`: shared by replicas, still known after a restart. */
export const loginFailuresMysql = (db: Database): LoginFailures => ({
  of: async (digest) => {
    const row = await db.manager.findOneBy(loginFailureRows, { digest })
    return row ? { count: row.count, lastAt: row.lastAt } : undefined
  },
  // One statement, or failures at the same time would count as one. Assignments run from left to right.
  add: async (digest, at) => {
    await db.manager.query(
      `INSERT INTO login_failure (digest, failures, last_at) VALUES (?, 1, ?)
       ON DUPLICATE KEY UPDATE failures = IF(last_at < ?, 1, failures + 1), last_at = GREATEST(last_at, ?)`,
      [digest, at, forgottenBefore(passwordRule, at), at],
    )
  },
  clear: async (digest) => {
    await db.manager.delete(loginFailureRows, { digest })
  },
  prune: (now) =>
    deleteAll(db, 'DELETE FROM login_failure WHERE last_at < ?', [
      forgottenBefore(passwordRule, now),
    ]),
})
