import { type Database, deleteAll, inTransaction } from '@micromart/store'
import { type EntityManager, IsNull, MoreThan, Not } from 'typeorm'
import type { NextToken, Rotation, Sessions } from '../model/ports.ts'
import { type Proven, refreshExpiry, type Session } from '../model/session.ts'
import { accountOf } from './account-row.ts'
import { ownSessions } from './own-sessions-mysql.ts'
import { accountRows, refreshTokenRows, type SessionRow, sessionRows } from './rows.ts'

/** Ends the sessions of an account, but one of them when it is named. */
export const endSessions = async (
  tx: EntityManager,
  accountId: string,
  at: Date,
  keep?: string,
): Promise<void> => {
  const others = keep === undefined ? {} : { id: Not(keep) }
  await tx.update(sessionRows, { accountId, revokedAt: IsNull(), ...others }, { revokedAt: at })
}

export const sessionRowOf = ({ clientId, device, ...session }: Session): SessionRow => ({
  ...session,
  revokedAt: null,
  clientId: clientId ?? null,
  userAgent: device.userAgent ?? null,
  address: device.address ?? null,
  lastUsedAt: session.startedAt,
})

/**
 * Writes a session down. The lock on the account sets a login and a change of its password in an order: no session survives a
 * change unseen.
 * @returns false when the account is gone or asks for something else than what was proven
 */
export const insertSession = async (
  tx: EntityManager,
  session: Session,
  { passwordVersion, secondFactor }: Proven,
): Promise<boolean> => {
  const [found]: unknown[] = await tx.query(
    `SELECT id FROM account WHERE id = ? AND password_version = ? AND erased_at IS NULL
       AND (second_factor_since IS NOT NULL) = ? FOR UPDATE`,
    [session.accountId, passwordVersion, secondFactor],
  )
  if (!found) return false
  await tx.insert(sessionRows, sessionRowOf(session))
  return true
}

const open =
  (db: Database): Sessions['open'] =>
  (session, first, proven) =>
    inTransaction(db, async (tx) => {
      const opened = await insertSession(tx, session, proven)
      if (opened) await tx.insert(refreshTokenRows, { ...first, sessionId: session.id })
      return opened
    })

const invalid: Rotation = { outcome: 'invalid' }

/** A token that was not unused: ended by age, or used before. */
const refuse = async (
  tx: EntityManager,
  digest: string,
  session: { id: string; accountId: string },
  at: Date,
): Promise<Rotation> => {
  const token = await tx.findOneBy(refreshTokenRows, { digest })
  if (!token?.usedAt) return invalid
  await tx.update(sessionRows, { id: session.id, revokedAt: IsNull() }, { revokedAt: at })
  return { outcome: 'reused', accountId: session.accountId }
}

/** Goes on with a session, and notes where from. */
const proceed = async (
  tx: EntityManager,
  session: SessionRow,
  { digest, at, device: { userAgent, address } }: NextToken,
): Promise<void> => {
  const seen = {
    lastUsedAt: at,
    ...(userAgent !== undefined && { userAgent }),
    ...(address !== undefined && { address }),
  }
  await tx.update(sessionRows, { id: session.id }, seen)
  const expiresAt = refreshExpiry(session, at)
  await tx.insert(refreshTokenRows, { digest, sessionId: session.id, expiresAt })
}

/** A client's tokens are exchanged where the client proves who it is, and not here. */
const ownSession = async (tx: EntityManager, digest: string): Promise<SessionRow | null> => {
  const token = await tx.findOneBy(refreshTokenRows, { digest })
  const own = { revokedAt: IsNull(), clientId: IsNull() }
  return token && tx.findOneBy(sessionRows, { id: token.sessionId, ...own })
}

/** The WHERE is the check: of parallel uses one finds the token unused, and the others end the session it goes on with. */
const rotate =
  (db: Database): Sessions['rotate'] =>
  (digest, next) =>
    inTransaction(db, async (tx) => {
      const { at } = next
      const session = await ownSession(tx, digest)
      if (!session) return invalid
      const { affected } = await tx.update(
        refreshTokenRows,
        { digest, usedAt: IsNull(), expiresAt: MoreThan(at) },
        { usedAt: at },
      )
      if (affected !== 1) return refuse(tx, digest, session, at)
      const account = await tx.findOneBy(accountRows, { id: session.accountId, erasedAt: IsNull() })
      if (!account) return invalid
      await proceed(tx, session, next)
      return { outcome: 'rotated', account: accountOf(account), sessionId: session.id }
    })

const end =
  (db: Database): Sessions['end'] =>
  async (digest, at) => {
    const token = await db.manager.findOneBy(refreshTokenRows, { digest })
    if (!token) return
    const session = { id: token.sessionId, revokedAt: IsNull() }
    await db.manager.update(sessionRows, session, { revokedAt: at })
  }

/** The sessions of `micromart_user`. */
export const sessionsMysql = (db: Database): Sessions => ({
  open: open(db),
  rotate: rotate(db),
  ...ownSessions(db),
  end: end(db),
  prune: (now) => deleteAll(db, 'DELETE FROM session WHERE ends_at <= ?', [now]),
})
