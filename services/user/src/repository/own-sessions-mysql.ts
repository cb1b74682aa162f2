import { type Database } from '@micromart/store'
import { In, IsNull, MoreThan } from 'typeorm'
import { scopesIn } from '../model/oauth-scopes.ts'
import type { Sessions } from '../model/ports.ts'
import { idleSince, type UsedSession } from '../model/session.ts'
import { clientRows, grantRows } from './oauth-rows.ts'
import { type SessionRow, sessionRows } from './rows.ts'

const most = { living: 100, kept: 1_000 }

const sessionOf = (row: SessionRow, allowed: UsedSession['allowed']): UsedSession => ({
  id: row.id,
  accountId: row.accountId,
  startedAt: row.startedAt,
  endsAt: row.endsAt,
  clientId: row.clientId ?? undefined,
  device: { userAgent: row.userAgent ?? undefined, address: row.address ?? undefined },
  lastUsedAt: row.lastUsedAt ?? row.startedAt,
  allowed,
})

/** With what clients are called and were let do. A client that is removed is called by its id. */
const sessionsOf = async (db: Database, rows: readonly SessionRow[]): Promise<UsedSession[]> => {
  const clientIds = new Set(rows.flatMap(({ clientId }) => clientId ?? []))
  if (clientIds.size === 0) return rows.map((row) => sessionOf(row, undefined))
  const named = await db.manager.findBy(clientRows, { id: In([...clientIds]) })
  const given = await db.manager.findBy(grantRows, { sessionId: In(rows.map(({ id }) => id)) })
  const names = new Map(named.map(({ id, name }) => [id, name]))
  const scopes = new Map(given.map(({ sessionId, granted }) => [sessionId, scopesIn(granted)]))
  return rows.map((row) => {
    const { id, clientId } = row
    const clientName = clientId === null ? undefined : (names.get(clientId) ?? clientId)
    const allowed =
      clientName === undefined ? undefined : { clientName, scopes: scopes.get(id) ?? [] }
    return sessionOf(row, allowed)
  })
}

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
    return sessionsOf(db, rows)
  },
  kept: async (accountId) => {
    const order = { id: 'DESC' } as const
    const rows = await db.manager.find(sessionRows, {
      where: { accountId },
      order,
      take: most.kept,
    })
    const ends = new Map(rows.map(({ id, revokedAt }) => [id, revokedAt ?? undefined]))
    const sessions = await sessionsOf(db, rows)
    return sessions.map((session) => ({ ...session, endedAt: ends.get(session.id) }))
  },
  one: async (accountId, id, now) => {
    const row = await db.manager.findOneBy(sessionRows, living({ accountId, id }, now))
    return row ? (await sessionsOf(db, [row]))[0] : undefined
  },
  endOne: async (accountId, id, at) => {
    const open = { accountId, id, revokedAt: IsNull(), endsAt: MoreThan(at) }
    const { affected } = await db.manager.update(sessionRows, open, { revokedAt: at })
    return affected === 1
  },
})
