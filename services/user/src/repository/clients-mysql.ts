import { decodeCursor, encodeCursor, type Page } from '@micromart/kernel'
import { type Database, inTransaction, recordAudit } from '@micromart/store'
import { IsNull, LessThan } from 'typeorm'
import { CursorInvalid } from '../model/errors.ts'
import { isClientId, type OAuthClient } from '../model/oauth-client.ts'
import type { Clients } from '../model/oauth-ports.ts'
import { type ClientRow, clientRows } from './oauth-rows.ts'
import { sessionRows } from './rows.ts'

const clientOf = ({
  metadata,
  id,
  version,
  name,
  createdAt,
  updatedAt,
}: ClientRow): OAuthClient => ({
  ...metadata,
  homePage: metadata.homePage, // JSON leaves out what is undefined
  id,
  version,
  name,
  createdAt,
  updatedAt,
})

const columnsOf = ({
  version,
  name,
  createdAt,
  updatedAt,
  ...metadata
}: Omit<OAuthClient, 'id'>) => ({
  version,
  name,
  metadata,
  createdAt,
  updatedAt,
})

const boundTo = 'clients'

const placeOf = (cursor: string | undefined): string | undefined => {
  if (cursor === undefined) return undefined
  const place = decodeCursor(cursor, boundTo)
  if (typeof place !== 'string' || !isClientId(place)) throw new CursorInvalid()
  return place
}

/** Their ids hold UUIDv7s, so their order is that of creation. */
const page =
  (db: Database): Clients['page'] =>
  async (limit, cursor): Promise<Page<OAuthClient>> => {
    const before = placeOf(cursor)
    const rows = await db.manager.find(clientRows, {
      where: before === undefined ? {} : { id: LessThan(before) },
      order: { id: 'DESC' },
      take: limit + 1,
    })
    const items = rows.slice(0, limit).map(clientOf)
    const last = rows.length > limit ? items.at(-1) : undefined
    return { items, nextCursor: last && encodeCursor(last.id, boundTo) }
  }

/** What strangers send as an id may be any text, also one that the column's character set cannot be compared with. */
const rowOf = async (db: Database, id: string): Promise<ClientRow | null> =>
  isClientId(id) ? db.manager.findOneBy(clientRows, { id }) : null

const registered =
  (db: Database): Clients['registered'] =>
  async (id, now) => {
    const row = await rowOf(db, id)
    if (!row) return undefined
    const isKept = row.oldSecretUntil !== null && row.oldSecretUntil > now
    const digests = [row.secretDigest, isKept ? row.oldSecretDigest : null]
    return { client: clientOf(row), secretDigests: digests.filter((digest) => digest !== null) }
  }

/** The version in the WHERE lets one of two changes at once win. */
const as = (id: string, read: number | undefined) => ({
  id,
  ...(read !== undefined && { version: read }),
})

const change =
  (db: Database): Clients['change'] =>
  ({ id, ...client }, read, entry) =>
    inTransaction(db, async (tx) => {
      const { affected } = await tx.update(clientRows, as(id, read), columnsOf(client))
      if (affected !== 1) return false
      await recordAudit(tx, entry)
      return true
    })

/** What it was given ends with it. */
const remove =
  (db: Database): Clients['remove'] =>
  (id, read, entry) =>
    inTransaction(db, async (tx) => {
      const { affected } = await tx.delete(clientRows, as(id, read))
      if (affected !== 1) return false
      const given = { clientId: id, revokedAt: IsNull() }
      await tx.update(sessionRows, given, { revokedAt: entry.at })
      await recordAudit(tx, entry)
      return true
    })

/** Assignments run from left to right: the secret before it is put aside first. */
const rotateSecret =
  (db: Database): Clients['rotateSecret'] =>
  ({ id, read, digest, keepUntil, entry }) =>
    inTransaction(db, async (tx) => {
      const { affectedRows }: { affectedRows: number } = await tx.query(
        `UPDATE oauth_client
         SET old_secret_digest = secret_digest, old_secret_until = ?, secret_digest = ?, version = version + 1, updated_at = ?
         WHERE id = ? AND version = COALESCE(?, version)`,
        [keepUntil, digest, entry.at, id, read ?? null],
      )
      if (affectedRows !== 1) return false
      await recordAudit(tx, entry)
      return true
    })

/** The clients of `micromart_user`. */
export const clientsMysql = (db: Database): Clients => ({
  one: async (id) => {
    const row = await rowOf(db, id)
    return row ? clientOf(row) : undefined
  },
  registered: registered(db),
  page: page(db),
  add: ({ id, ...client }, digest, entry) =>
    inTransaction(db, async (tx) => {
      const secretDigest = digest ?? null
      await tx.insert(clientRows, { id, ...columnsOf(client), secretDigest })
      await recordAudit(tx, entry)
    }),
  change: change(db),
  remove: remove(db),
  rotateSecret: rotateSecret(db),
})
