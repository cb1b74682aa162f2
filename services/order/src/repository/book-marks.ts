import { type Database, inTransaction, marks, write } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { BookMarks } from '../model/book-ports.ts'

type MarkRow = { readonly watermark: string; readonly timeline_seen: string }

const readMarks = async (tx: EntityManager): Promise<MarkRow> => {
  await write(tx, `INSERT IGNORE INTO book_marks VALUES (1, '', 0)`, [])
  const rows: readonly MarkRow[] = await tx.query(
    'SELECT watermark, timeline_seen FROM book_marks WHERE id = 1',
  )
  return rows[0] ?? { watermark: '', timeline_seen: '0' }
}

/** Everything that happens to an order writes an entry: who has a new one below the watermark is open again. */
const reopen = (tx: EntityManager, { watermark, timeline_seen: seen }: MarkRow) =>
  write(
    tx,
    `INSERT IGNORE INTO book_open (order_id)
     SELECT DISTINCT order_id FROM order_timeline WHERE id > ? AND order_id <= ?`,
    [seen, watermark],
  )

/** The newest entry before which none can still commit: ids are given before the commit. */
const seenTo = (tx: EntityManager, settledBefore: Date) =>
  write(
    tx,
    `UPDATE book_marks SET timeline_seen = COALESCE(
       (SELECT id FROM order_timeline WHERE at <= ? ORDER BY id DESC LIMIT 1), timeline_seen)
     WHERE id = 1`,
    [settledBefore],
  )

const add = async (tx: EntityManager, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  const rows = ids.map(() => '(?)').join(', ')
  await write(tx, `INSERT IGNORE INTO book_open (order_id) VALUES ${rows}`, ids)
}

const remove = async (tx: EntityManager, ids: readonly string[]): Promise<void> => {
  if (ids.length === 0) return
  await write(tx, `DELETE FROM book_open WHERE order_id IN (${marks(ids)})`, ids)
}

const moveTo = async (tx: EntityManager, upTo: string | undefined): Promise<void> => {
  if (upTo === undefined) return
  const sql = 'UPDATE book_marks SET watermark = GREATEST(watermark, ?) WHERE id = 1'
  await write(tx, sql, [upTo])
}

/** The watermark and the list of what is open below it. */
export const bookMarks = (db: Database): BookMarks => ({
  begin: (settledBefore) =>
    inTransaction(db, async (tx) => {
      const known = await readMarks(tx)
      if (known.watermark !== '') await reopen(tx, known)
      await seenTo(tx, settledBefore)
      return known.watermark
    }),
  open: async (after, limit) => {
    const rows: readonly { readonly order_id: string }[] = await db.query(
      'SELECT order_id FROM book_open WHERE order_id > ? ORDER BY order_id LIMIT ?',
      [after, limit],
    )
    return rows.map(({ order_id: id }) => id)
  },
  note: ({ open, closed, upTo }) =>
    inTransaction(db, async (tx) => {
      await add(tx, open)
      await remove(tx, closed)
      await moveTo(tx, upTo)
    }),
})
