import { topics } from '@micromart/contracts'
import { UserErased } from '@micromart/contracts/events'
import type { Ids } from '@micromart/kernel'
import { addEvent, type Database, inTransaction, recordAudit, select } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import { erasureAudit } from '../model/audit.ts'
import { AccountGone, LastAdmin } from '../model/errors.ts'
import type { Accounts } from '../model/ports.ts'
import { lockAccount, lockAdmins } from './account-roles.ts'
import { forgetTokens } from './account-tokens-mysql.ts'
import { beginErasure } from './erasures-mysql.ts'
import { forgetAnswers } from './kept-answers-mysql.ts'
import { forgetMails } from './mails-mysql.ts'
import { stateRows } from './oauth-rows.ts'
import { accountRows, addressRows, roleRows, sessionRows } from './rows.ts'
import { forgetSecondFactor } from './second-factors-mysql.ts'

const unproven = { emailVerifiedAt: null, secondFactorSince: null }

/** Ids of what is about to be erased of, by kind. */
const recordsOf = async (tx: EntityManager, accountId: string) => {
  const idsIn = async (table: string) => {
    const rows = await select<{ id: string }>(
      tx,
      `SELECT id FROM ${table} WHERE account_id = ? ORDER BY id`,
      [accountId],
    )
    return rows.map(({ id }) => id)
  }
  return {
    accounts: [accountId],
    addresses: await idsIn('address'),
    sessions: await idsIn('session'),
    mails: await idsIn('mail'),
  }
}

const overwrite = async (tx: EntityManager, id: string, at: Date): Promise<void> => {
  const nothing = { email: null, emailKey: null, name: '', passwordHash: '', ...unproven }
  await tx.update(accountRows, { id }, { ...nothing, erasedAt: at })
  await tx.delete(addressRows, { accountId: id })
  await tx.delete(sessionRows, { accountId: id }) // refresh tokens and grants go with them
  await tx.delete(stateRows, { accountId: id })
  await tx.delete(roleRows, { accountId: id })
  await forgetSecondFactor(tx, id)
  await forgetTokens(tx, id)
  await forgetMails(tx, id)
  await forgetAnswers(tx, id)
}

/** The row stays without anything personal, since orders name its id. */
export const eraseAccount =
  (db: Database, ids: Ids): Accounts['erase'] =>
  (id, erasureId, at, by) =>
    inTransaction(db, async (tx) => {
      const admins = await lockAdmins(tx)
      const account = await lockAccount(tx, id)
      if (!account) throw new AccountGone()
      if (admins.length === 1 && admins[0] === id) throw new LastAdmin()
      await beginErasure(tx, { id: erasureId, accountId: id, at, records: await recordsOf(tx, id) })
      await overwrite(tx, id, at)
      await addEvent(tx, {
        id: ids.next(),
        topic: topics.userErased,
        aggregateId: id,
        payload: UserErased.toJSON({ userId: id }),
        occurredAt: at,
      })
      await recordAudit(tx, erasureAudit(by, account, at))
    })
