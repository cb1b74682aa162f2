import { type Database, inTransaction } from '@micromart/store'
import { IsNull } from 'typeorm'
import type { Accounts } from '../model/ports.ts'
import { accountOf } from './account-row.ts'
import { forgetTokens, spendToken } from './account-tokens-mysql.ts'
import { addMail } from './mails-mysql.ts'
import { accountRows, refreshTokenRows } from './rows.ts'
import { endSessions } from './sessions-mysql.ts'

/** The version in the WHERE lets one of two changes at once win; all other sessions end with it. */
export const changePassword =
  (db: Database): Accounts['changePassword'] =>
  ({ id, version, passwordHash, keep, at, mail }) =>
    inTransaction(db, async (tx) => {
      const { affected } = await tx.update(
        accountRows,
        { id, passwordVersion: version, erasedAt: IsNull() },
        { passwordHash, passwordVersion: version + 1 },
      )
      if (affected !== 1) return false
      const own = keep === undefined ? null : await tx.findOneBy(refreshTokenRows, { digest: keep })
      await endSessions(tx, id, at, own?.sessionId)
      await forgetTokens(tx, id)
      if (mail) await addMail(tx, mail)
      return true
    })

/** The token decides: of parallel uses one finds it. What it proves is the mailbox, so the address is verified. */
export const resetPassword =
  (db: Database): Accounts['resetPassword'] =>
  ({ tokenDigest, passwordHash, at, mailId }) =>
    inTransaction(db, async (tx) => {
      const id = await spendToken(tx, 'reset_password', tokenDigest, at)
      const row = id === undefined ? null : await tx.findOneBy(accountRows, { id })
      if (!row) return undefined
      const passwordVersion = row.passwordVersion + 1
      const verified = { emailVerifiedAt: row.emailVerifiedAt ?? at }
      await tx.update(accountRows, { id: row.id }, { passwordHash, passwordVersion, ...verified })
      await endSessions(tx, row.id, at)
      await forgetTokens(tx, row.id)
      await addMail(tx, { id: mailId, accountId: row.id, kind: 'password_changed', at })
      return accountOf({ ...row, ...verified })
    })
