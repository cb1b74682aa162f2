import type { Clock } from '@micromart/kernel'
import { alone, deleteAll, marks, select } from '@micromart/store'
import type { DataSource } from 'typeorm'
import { advance, type ChangeCursor, type ChangeRow } from '../model/changes.ts'
import type { Changes } from '../model/ports.ts'

/** Caches ask twice a second: who is an hour late starts anew. */
const keptMs = 60 * 60 * 1000
const mostPerRead = 5_000
const recent = 100

type Bounds = { readonly first: string | null; readonly last: string | null }

const readRows = async (
  db: DataSource,
  { last, gaps }: ChangeCursor,
): Promise<readonly ChangeRow[]> => {
  const ids = gaps.map(({ id }) => id)
  const rows = await select<ChangeRow>(
    db,
    `SELECT id, product_id AS productId, handle FROM product_changes
     WHERE id > ? OR id IN (${marks(ids)}) ORDER BY id LIMIT ${mostPerRead}`,
    [last, ...ids],
  )
  return rows.map((row) => ({ ...row, id: Number(row.id) }))
}

const readBounds = async (db: DataSource): Promise<{ first: number; last: number }> => {
  const [row] = await select<Bounds>(
    db,
    'SELECT MIN(id) AS first, MAX(id) AS last FROM product_changes',
  )
  return { first: Number(row?.first ?? 0), last: Number(row?.last ?? 0) }
}

const distinct = (rows: readonly ChangeRow[]) => [
  ...new Map(
    rows.map(({ productId, handle }) => [`${productId} ${handle}`, { productId, handle }]),
  ).values(),
]

export const changesMysql = (db: DataSource, clock: Clock): Changes => ({
  present: async () => {
    const { last } = await readBounds(db)
    // A transaction that is still open may hold an id just below the last one: look for those from the start.
    const from = { last: Math.max(0, last - recent), gaps: [] }
    return advance(from, await readRows(db, from), clock.now().getTime()) ?? { last, gaps: [] }
  },
  since: async (cursor) => {
    const { first, last } = await readBounds(db)
    if (last < cursor.last || first > cursor.last + 1) return undefined
    const rows = await readRows(db, cursor)
    const next = advance(cursor, rows, clock.now().getTime())
    return next && { cursor: next, changes: distinct(rows) }
  },
  prune: async () => {
    // The newest row stays: it tells the place of now, and whether a cursor is too old.
    const { last } = await readBounds(db)
    const before = new Date(clock.now().getTime() - keptMs)
    await alone(() =>
      deleteAll(db, 'DELETE FROM product_changes WHERE at < ? AND id < ?', [before, last]),
    )
  },
})
