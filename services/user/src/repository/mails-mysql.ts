import { type Database, deleteAll, inStatement, select, write } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { DueMail, MailKind, MailOutcome, NewMail } from '../model/mail.ts'
import type { Mails } from '../model/mail-ports.ts'

/** Longer than a batch may take: what a process that died had taken comes again. */
const leaseMs = 180_000
const dayMs = 24 * 60 * 60_000

/** Queues a mail in the transaction of the change that it tells of. */
export const addMail = async (
  tx: EntityManager,
  { id, accountId, kind, at }: NewMail,
): Promise<void> => {
  await tx.query(
    'INSERT INTO mail (id, account_id, kind, created_at, next_at) VALUES (?, ?, ?, ?, ?)',
    [id, accountId ?? null, kind, at, at],
  )
}

/** Those that wait are dropped with the account, those that are out are forgotten. */
export const forgetMails = async (tx: EntityManager, accountId: string): Promise<void> => {
  await tx.query('DELETE FROM mail WHERE account_id = ?', [accountId])
}

type Row = {
  readonly id: string
  readonly accountId: string | null
  readonly kind: MailKind
  readonly attempts: number
  readonly createdAt: Date
  readonly nextAt: Date
}

const due = `SELECT id, account_id AS accountId, kind, attempts, created_at AS createdAt, next_at AS nextAt
  FROM mail WHERE next_at <= ? ORDER BY next_at, id LIMIT ?`

/** The UPDATE decides between replicas; it names the time that it read. */
const lease = 'UPDATE mail SET next_at = ?, attempts = attempts + 1 WHERE id = ? AND next_at = ?'

const takeDue =
  (db: Database): Mails['takeDue'] =>
  async (limit, now) => {
    const take = async (row: Row): Promise<DueMail | undefined> => {
      const until = new Date(now.getTime() + leaseMs)
      if ((await write(db, lease, [until, row.id, row.nextAt])) !== 1) return undefined
      const { id, accountId, kind, createdAt, attempts } = row
      return { id, accountId: accountId ?? undefined, kind, createdAt, attempt: attempts + 1 }
    }
    const rows: Row[] = await db.query(due, [now, limit])
    const taken = await Promise.all(rows.map(take))
    return taken.filter((mail) => mail !== undefined)
  }

/** The mails of `micromart_user`. */
export const mailsMysql = (db: Database): Mails => ({
  queue: (mail) => inStatement(db, (tx) => addMail(tx, mail)),
  takeDue: takeDue(db),
  retryAt: async (id, at) => {
    await write(db, 'UPDATE mail SET next_at = ? WHERE id = ? AND ended_at IS NULL', [at, id])
  },
  end: async ({ id }, outcome, at) => {
    const ended = 'UPDATE mail SET outcome = ?, ended_at = ?, next_at = NULL WHERE id = ?'
    await write(db, ended, [outcome, at, id])
  },
  of: async (accountId) => {
    const rows = await select<{
      kind: MailKind
      createdAt: Date
      endedAt: Date
      outcome: MailOutcome
    }>(
      db,
      `SELECT kind, created_at AS createdAt, ended_at AS endedAt, outcome
       FROM mail WHERE account_id = ? ORDER BY id`,
      [accountId],
    )
    return rows.map((row) => ({
      ...row,
      endedAt: row.endedAt ?? undefined,
      outcome: row.outcome ?? undefined,
    }))
  },
  prune: (now) =>
    deleteAll(db, 'DELETE FROM mail WHERE ended_at < ?', [new Date(now.getTime() - dayMs)]),
})
