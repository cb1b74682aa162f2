import { topics } from '@micromart/contracts'
import { UserRegistered } from '@micromart/contracts/events'
import {
  decodeCursor,
  encodeCursor,
  type Ids,
  isId,
  type JsonValue,
  type Page,
} from '@micromart/kernel'
import {
  addEvent,
  type Database,
  inTransaction,
  isDuplicate,
  recordAudit,
  select,
  write,
} from '@micromart/store'
import { IsNull, LessThan } from 'typeorm'
import type { Account, Credentials } from '../model/account.ts'
import { emailKey } from '../model/email.ts'
import { CursorInvalid, EmailTaken } from '../model/errors.ts'
import type { AccountQuery, Accounts } from '../model/ports.ts'
import { changePassword, resetPassword } from './account-password.ts'
import { eraseAccount } from './account-erasure.ts'
import { setRoles } from './account-roles.ts'
import { accountOf } from './account-row.ts'
import { addMail } from './mails-mysql.ts'
import { accountRows, roleRows } from './rows.ts'

const living = { erasedAt: IsNull() }

const credentials =
  (db: Database): Accounts['credentials'] =>
  async (by): Promise<Credentials | undefined> => {
    const row = await db.manager.findOneBy(accountRows, { ...by, ...living })
    if (!row) return undefined
    const { passwordHash, passwordVersion } = row
    return { account: accountOf(row), passwordHash, passwordVersion }
  }

const add =
  (db: Database, ids: Ids): Accounts['add'] =>
  (account, passwordHash, { mail, entry }) =>
    inTransaction(db, async (tx) => {
      const { id, email, name, createdAt } = account
      const emailVerifiedAt = account.emailVerified ? createdAt : null
      const row = { id, email, name, createdAt, emailVerifiedAt, passwordHash, passwordVersion: 0 }
      await tx.insert(accountRows, { ...row, emailKey: emailKey(email) })
      const held = account.roles.map((role) => ({ accountId: id, role }))
      if (held.length > 0) await tx.insert(roleRows, held)
      await addEvent(tx, {
        id: ids.next(),
        topic: topics.userRegistered,
        aggregateId: id,
        payload: UserRegistered.toJSON({ userId: id }),
        occurredAt: createdAt,
      })
      if (entry) await recordAudit(tx, entry)
      if (mail) await addMail(tx, mail)
    }).catch((error: unknown) => {
      throw isDuplicate(error, 'account_email') ? new EmailTaken() : error
    })

const placeOf = (cursor: string | undefined, boundTo: JsonValue): string | undefined => {
  if (cursor === undefined) return undefined
  const place = decodeCursor(cursor, boundTo)
  if (typeof place !== 'string' || !isId(place)) throw new CursorInvalid()
  return place
}

/** Ids are UUIDv7, so their order is that of creation. */
const page =
  (db: Database): Accounts['page'] =>
  async ({ limit, cursor, emailKey: key }: AccountQuery): Promise<Page<Account>> => {
    const boundTo = { users: key ?? null }
    const before = placeOf(cursor, boundTo)
    const rows = await db.manager.find(accountRows, {
      where: {
        ...living,
        ...(before === undefined ? {} : { id: LessThan(before) }),
        ...(key === undefined ? {} : { emailKey: key }),
      },
      order: { id: 'DESC' },
      take: limit + 1,
    })
    const items = rows.slice(0, limit).map(accountOf)
    const last = rows.length > limit ? items.at(-1) : undefined
    return { items, nextCursor: last && encodeCursor(last.id, boundTo) }
  }

/** The accounts of `micromart_user`. */
export const accountsMysql = (db: Database, ids: Ids): Accounts => ({
  byId: async (id) => {
    const row = await db.manager.findOneBy(accountRows, { id, ...living })
    return row ? accountOf(row) : undefined
  },
  credentials: credentials(db),
  idOf: async (key) => {
    const [row] = await select<{ id: string }>(
      db,
      'SELECT id FROM account WHERE email_key = ? AND erased_at IS NULL',
      [key],
    )
    return row?.id
  },
  add: add(db, ids),
  markDemo: async (key, isDemo) => {
    await write(db, 'UPDATE account SET demo = ? WHERE email_key = ?', [isDemo, key])
  },
  hasDemo: async () => {
    const [found] = await select(
      db,
      'SELECT id FROM account WHERE demo AND erased_at IS NULL LIMIT 1',
    )
    return found !== undefined
  },
  rename: async (id, name) => {
    await db.manager.update(accountRows, { id, ...living }, { name })
  },
  rehash: async (id, from, to) => {
    await db.manager.update(accountRows, { id, passwordHash: from }, { passwordHash: to })
  },
  changePassword: changePassword(db),
  resetPassword: resetPassword(db),
  page: page(db),
  setRoles: setRoles(db),
  erase: eraseAccount(db, ids),
})
