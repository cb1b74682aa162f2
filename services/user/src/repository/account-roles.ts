import { type Database, inTransaction, recordAudit } from '@micromart/store'
import { type EntityManager, In, IsNull } from 'typeorm'
import type { Account } from '../model/account.ts'
import { rolesAudit } from '../model/audit.ts'
import { LastAdmin, RolesChanged, UserNotFound } from '../model/errors.ts'
import type { Accounts } from '../model/ports.ts'
import { areRoles, checkRoleChange, removedRoles } from '../model/role-change.ts'
import { accountOf } from './account-row.ts'
import { accountRows, roleRows } from './rows.ts'
import { endSessions } from './sessions-mysql.ts'

/**
 * Locks the rows of all administrators, always first and in one order: of two who demote each other at once the second
 * waits here and then sees the first one's work.
 * @returns their account ids
 */
export const lockAdmins = async (tx: EntityManager): Promise<readonly string[]> => {
  const rows: { id: string }[] = await tx.query(
    `SELECT account_id AS id FROM account_role FORCE INDEX (account_role_role)
     WHERE role = 'admin' ORDER BY account_id FOR UPDATE`,
  )
  return rows.map(({ id }) => id)
}

/** @returns undefined when it is absent or erased */
export const lockAccount = async (tx: EntityManager, id: string): Promise<Account | undefined> => {
  const [found]: unknown[] = await tx.query(
    'SELECT id FROM account WHERE id = ? AND erased_at IS NULL FOR UPDATE',
    [id],
  )
  if (!found) return undefined
  const row = await tx.findOneBy(accountRows, { id, erasedAt: IsNull() })
  return row ? accountOf(row) : undefined
}

const currentRoles = async (tx: EntityManager, id: string): Promise<Account['roles']> => {
  const row = await tx.findOneBy(accountRows, { id, erasedAt: IsNull() })
  return row ? accountOf(row).roles : []
}

const replaceRoles = async (
  tx: EntityManager,
  id: string,
  from: Account['roles'],
  to: Account['roles'],
) => {
  const removed = removedRoles(from, to)
  const added = removedRoles(to, from).map((role) => ({ accountId: id, role }))
  if (removed.length > 0) await tx.delete(roleRows, { accountId: id, role: In([...removed]) })
  if (added.length > 0) await tx.insert(roleRows, added)
  return removed.length > 0
}

/** Decides by what the rows say now, not by what the actor's token said when it was signed. */
export const setRoles =
  (db: Database): Accounts['setRoles'] =>
  ({ actor, by, id, roles, expected, at }) =>
    inTransaction(db, async (tx) => {
      const admins = await lockAdmins(tx)
      const account = await lockAccount(tx, id)
      if (!account) throw new UserNotFound()
      if (!areRoles(expected, account.roles)) throw new RolesChanged()
      const isLast = admins.length === 1 && admins[0] === id
      if (isLast && !roles.includes('admin')) throw new LastAdmin()
      checkRoleChange(actor, await currentRoles(tx, actor.id), account.roles, roles)
      const hasRemoved = await replaceRoles(tx, id, account.roles, roles)
      if (hasRemoved) await endSessions(tx, id, at)
      const isChanged = !areRoles(roles, account.roles)
      if (isChanged) await recordAudit(tx, rolesAudit(by, id, at, account.roles, roles))
      return { ...account, roles }
    })
