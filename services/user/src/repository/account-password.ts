import { type Database, inTransaction } from '@micromart/store'
import { IsNull } from 'typeorm'
import type { Accounts } from '../model/ports.ts'
import { accountRows, refreshTokenRows } from './rows.ts'
import { endSessions } from './sessions-mysql.ts'

/** The version in the WHERE lets one of two changes at once win; all other sessions end with it. */
export const changePassword =
  (db: Database): Accounts['changePassword'] =>
  ({ id, version, passwordHash, keep, at }) =>
    inTransaction(db, async (tx) => {
      const { affected } = await tx.update(
        accountRows,
        { id, passwordVersion: version, erasedAt: IsNull() },
        { passwordHash, passwordVersion: version + 1 },
      )
      if (affected !== 1) return false
      const own = keep === undefined ? null : await tx.findOneBy(refreshTokenRows, { digest: keep })
      await endSessions(tx, id, at, own?.sessionId)
      return true
    })
