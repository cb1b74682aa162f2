import { apps } from '@micromart/contracts'
import { type Database, deleteAll, inTransaction, marks, select, write } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { Erasures } from '../model/erasure-ports.ts'
import {
  digested,
  type Erasure,
  type ErasurePart,
  pauseMs,
  receiptYears,
} from '../model/erasure.ts'

/** What of an account stays in its own table. */
const kept = ['account id', 'times']

/** @param digest as SQL: the digest itself, or what it is made of */
const insertPart = (digest: '?' | 'SHA2(?, 256)'): string =>
  `INSERT IGNORE INTO erasure_part (erasure_id, app, at, erased, kept, digest)
   VALUES (?, ?, ?, ?, ?, ${digest})`

type Begun = {
  readonly id: string
  readonly accountId: string
  readonly at: Date
  readonly records: Readonly<Record<string, readonly string[]>>
}

/** Begins an erasure, with our own part of it done in this very transaction. */
export const beginErasure = async (tx: EntityManager, begun: Begun): Promise<void> => {
  const { id, accountId, at, records } = begun
  await tx.query('INSERT INTO erasure (id, account_id, requested_at, due_at) VALUES (?, ?, ?, ?)', [
    id,
    accountId,
    at,
    new Date(at.getTime() + pauseMs(0)),
  ])
  const erased = Object.entries(records).map(([kind, ids]) => ({ kind, count: ids.length }))
  const all = digested(Object.values(records).flat())
  await tx.query(insertPart('SHA2(?, 256)'), [
    id,
    apps.user,
    at,
    JSON.stringify(erased),
    JSON.stringify(kept),
    all,
  ])
}

type Row = {
  readonly id: string
  readonly accountId: string
  readonly requestedAt: Date
  readonly completedAt: Date | null
  readonly receipt: string | null
  readonly receiptKey: string | null
}

type PartRow = {
  readonly erasureId: string
  readonly app: string
  readonly at: Date
  readonly erased: string
  readonly kept: string
  readonly digest: string
}

const columns = `id, account_id AS accountId, requested_at AS requestedAt, completed_at AS completedAt,
  receipt, receipt_key AS receiptKey`

const partOf = ({ app, at, erased, kept: stays, digest }: PartRow): ErasurePart => ({
  app,
  at,
  erased: JSON.parse(erased) as ErasurePart['erased'],
  kept: JSON.parse(stays) as string[],
  digest,
})

const erasureOf = (row: Row, parts: readonly PartRow[]): Erasure => ({
  id: row.id,
  accountId: row.accountId,
  requestedAt: row.requestedAt,
  completedAt: row.completedAt ?? undefined,
  parts: parts.map(partOf),
  receipt:
    row.receipt === null || row.receiptKey === null
      ? undefined
      : { jws: row.receipt, key: row.receiptKey },
})

const withParts = async (db: Database, rows: readonly Row[]): Promise<readonly Erasure[]> => {
  if (rows.length === 0) return []
  const ids = rows.map(({ id }) => id)
  const parts = await select<PartRow>(
    db,
    `SELECT erasure_id AS erasureId, app, at, erased, kept, digest
       FROM erasure_part WHERE erasure_id IN (${marks(ids)}) ORDER BY at, app`,
    ids,
  )
  const byErasure = Map.groupBy(parts, ({ erasureId }) => erasureId)
  return rows.map((row) => erasureOf(row, byErasure.get(row.id) ?? []))
}

type Due = Row & { readonly tries: number }

/** Rows that another replica is taking right now are passed over. */
const lockDue = (tx: EntityManager, at: Date, most: number): Promise<readonly Due[]> =>
  tx.query(
    `SELECT ${columns}, tries FROM erasure WHERE due_at <= ? ORDER BY due_at LIMIT ?
     FOR UPDATE SKIP LOCKED`,
    [at, most],
  )

const takeDue =
  (db: Database): Erasures['takeDue'] =>
  async (at, most) => {
    const due = await inTransaction(db, async (tx) => {
      const rows = await lockDue(tx, at, most)
      for (const { id, tries } of rows) {
        const again = new Date(at.getTime() + pauseMs(tries + 1))
        const postponed = 'UPDATE erasure SET due_at = ?, tries = tries + 1 WHERE id = ?'
        await write(tx, postponed, [again, id])
      }
      return rows
    })
    return withParts(db, due)
  }

/** The erasures of `micromart_user`. */
export const erasuresMysql = (db: Database): Erasures => ({
  byId: async (id) => {
    const rows = await select<Row>(db, `SELECT ${columns} FROM erasure WHERE id = ?`, [id])
    return (await withParts(db, rows))[0]
  },
  takeDue: takeDue(db),
  addPart: async (id, { app, at, erased, kept: stays, digest }) => {
    const values = [id, app, at, JSON.stringify(erased), JSON.stringify(stays), digest]
    await write(db, insertPart('?'), values)
  },
  complete: async (id, { jws, key }, at) => {
    await write(
      db,
      `UPDATE erasure SET receipt = ?, receipt_key = ?, completed_at = ?, due_at = NULL
        WHERE id = ? AND completed_at IS NULL`,
      [jws, key, at, id],
    )
  },
  prune: async (now) => {
    const before = new Date(now)
    before.setUTCFullYear(before.getUTCFullYear() - receiptYears)
    return deleteAll(db, 'DELETE FROM erasure WHERE completed_at < ?', [before])
  },
})
