import { decodeCursor, encodeCursor, type Page } from '@micromart/kernel'
import { type Database, inTransaction } from '@micromart/store'
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

const registered =
  (db: Database): Clients['registered'] =>
  async (id, now) => {
    const row = await db.manager.findOneBy(clientRows, { id })
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
  async ({ id, ...client }, read) => {
    const { affected } = await db.manager.update(clientRows, as(id, read), columnsOf(client))
    return affected === 1
  }

/** What it was given ends with it. */
const remove =
  (db: Database): Clients['remove'] =>
  (id, read, at) =>
    inTransaction(db, async (tx) => {
      const { affected } = await tx.delete(clientRows, as(id, read))
      if (affected !== 1) return false
      await tx.update(sessionRows, { clientId: id, revokedAt: IsNull() }, { revokedAt: at })
      return true
    })

/** Assignments run from left to right: the secret before it is put aside first. */
const rotateSecret =
  (db: Database): Clients['rotateSecret'] =>
  async ({ id, read, digest, keepUntil, at }) => {
    const { affectedRows }: { affectedRows: number } = await db.manager.query(
      `UPDATE oauth_client
       SET old_secret_digest = secret_digest, old_secret_until = ?, secret_digest = ?, version = version + 1, updated_at = ?
       WHERE id = ? AND version = COALESCE(?, version)`,
      [keepUntil, digest, at, id, read ?? null],
    )
    return affectedRows === 1
  }

/** The clients of `micromart_user`. */
export const clientsMysql = (db: Database): Clients => ({
  one: async (id) => {
    const row = await db.manager.findOneBy(clientRows, { id })
    return row ? clientOf(row) : undefined
  },
  registered: registered(db),
  page: page(db),
  add: async ({ id, ...client }, digest) => {
    const secretDigest = digest ?? null
    await db.manager.insert(clientRows, { id, ...columnsOf(client), secretDigest })
  },
  change: change(db),
  remove: remove(db),
  rotateSecret: rotateSecret(db),
})
