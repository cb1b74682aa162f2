import { type Database, inTransaction } from '@micromart/store'
import { type EntityManager, IsNull, MoreThan } from 'typeorm'
import type { OAuthGrant } from '../model/oauth-grant.ts'
import type { OAuthGrants } from '../model/oauth-ports.ts'
import { scopesIn } from '../model/oauth-scopes.ts'
import { lockAccount } from './account-roles.ts'
import { type GrantRow, grantRows } from './oauth-rows.ts'
import { type SessionRow, sessionRows } from './rows.ts'
import { insertSession, sessionRowOf } from './sessions-mysql.ts'

const grantOf = (session: SessionRow, { granted, declined }: GrantRow): OAuthGrant => ({
  id: session.id,
  accountId: session.accountId,
  startedAt: session.startedAt,
  endsAt: session.endsAt,
  clientId: session.clientId ?? '',
  device: {
    userAgent: session.userAgent ?? undefined,
    address: session.address ?? undefined,
  },
  granted: scopesIn(granted),
  declined: scopesIn(declined),
})

const isLiving = (tx: EntityManager, id: string, at: Date): Promise<boolean> =>
  tx.existsBy(sessionRows, { id, revokedAt: IsNull(), endsAt: MoreThan(at) })

/** The account's lock comes first: a change of its password ends either the login it came by, or this too. */
const open =
  (db: Database): OAuthGrants['open'] =>
  (grant, signInId) =>
    inTransaction(db, async (tx) => {
      if (!(await lockAccount(tx, grant.accountId))) return false
      if (!(await isLiving(tx, signInId, grant.startedAt))) return false
      const { granted, declined, ...session } = grant
      await tx.insert(sessionRows, sessionRowOf(session))
      await tx.insert(grantRows, {
        sessionId: grant.id,
        granted: granted.join(' '),
        declined: declined.join(' '),
      })
      return true
    })

const one =
  (db: Database): OAuthGrants['one'] =>
  async (id, now) => {
    const grant = await db.manager.findOneBy(grantRows, { sessionId: id })
    const living = { id, revokedAt: IsNull(), endsAt: MoreThan(now) }
    const session = grant && (await db.manager.findOneBy(sessionRows, living))
    return session ? grantOf(session, grant) : undefined
  }

/** What clients were let do, among the sessions of `micromart_user`. */
export const grantsMysql = (db: Database): OAuthGrants => ({
  signIn: (session, proven) => inTransaction(db, (tx) => insertSession(tx, session, proven)),
  open: open(db),
  one: one(db),
  lives: (id, now) => isLiving(db.manager, id, now),
  end: async (id, at) => {
    await db.manager.update(sessionRows, { id, revokedAt: IsNull() }, { revokedAt: at })
  },
})
