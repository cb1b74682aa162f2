import { type Database } from '@micromart/store'
import { IsNull, MoreThan } from 'typeorm'
import type { Sessions } from '../model/ports.ts'
import { idleSince, type UsedSession } from '../model/session.ts'
import { type SessionRow, sessionRows } from './rows.ts'

const most = { living: 100, kept: 1_000 }

const sessionOf = (row: SessionRow): UsedSession => ({
  id: row.id,
  accountId: row.accountId,
  startedAt: row.startedAt,
  endsAt: row.endsAt,
  clientId: row.clientId ?? undefined,
  device: { userAgent: row.userAgent ?? undefined, address: row.address ?? undefined },
  lastUsedAt: row.lastUsedAt ?? row.startedAt,
})

/** Neither ended nor so long unused that its refresh token is over. One from before uses were noted counts from its start. */
const living = (of: { accountId: string; id?: string }, now: Date) => {
  const open = { ...of, revokedAt: IsNull(), endsAt: MoreThan(now) }
  const lately = MoreThan(idleSince(now))
  return [
    { ...open, lastUsedAt: lately },
    { ...open, lastUsedAt: IsNull(), startedAt: lately },
  ]
}

/** Sessions as their owner sees them: every question names the account. */
export const ownSessions = (
  db: Database,
): Pick<Sessions, 'living' | 'kept' | 'one' | 'endOne'> => ({
  living: async (accountId, now) => {
    const where = living({ accountId }, now)
    const order = { lastUsedAt: 'DESC', id: 'DESC' } as const
    const rows = await db.manager.find(sessionRows, { where, order, take: most.living })
    return rows.map(sessionOf)
  },
  kept: async (accountId) => {
    const order = { id: 'DESC' } as const
    const rows = await db.manager.find(sessionRows, {
      where: { accountId },
      order,
      take: most.kept,
    })
    return rows.map((row) => ({ ...sessionOf(row), endedAt: row.revokedAt ?? undefined }))
  },
  one: async (accountId, id, now) => {
    const row = await db.manager.findOneBy(sessionRows, living({ accountId, id }, now))
    return row ? sessionOf(row) : undefined
  },
  endOne: async (accountId, id, at) => {
    const open = { accountId, id, revokedAt: IsNull(), endsAt: MoreThan(at) }
    const { affected } = await db.manager.update(sessionRows, open, { revokedAt: at })
    return affected === 1
  },
})
