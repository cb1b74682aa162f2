import { type Database, fromJson, inStatement, select, write } from '@micromart/store'
import type { BookReport } from '../model/book-tally.ts'

/** What the last check of the books found, in counts. */
export type BookResult = {
  readonly checkedAt: Date
  readonly consistent: boolean
  /** By invariant; 0 where it holds. */
  readonly violations: ReadonlyMap<string, number>
}

/** Keeps what a check found, over what the one before it did. */
export const rememberBooks =
  (db: Database) =>
  async ({ checkedAt, consistent, invariants }: BookReport): Promise<void> => {
    const counts = invariants.map(({ id, violationCount }) => [id, violationCount])
    const violations = JSON.stringify(Object.fromEntries(counts))
    await inStatement(db, (tx) =>
      write(
        tx,
        `REPLACE INTO book_results (id, checked_at, consistent, violations) VALUES (1, ?, ?, ?)`,
        [checkedAt, Number(consistent), violations],
      ),
    )
  }

type Row = {
  readonly checkedAt: Date
  readonly consistent: number
  readonly violations: unknown
}

/** @returns undefined before the first check */
export const lastBooks = async (db: Database): Promise<BookResult | undefined> => {
  const [row] = await select<Row>(
    db,
    'SELECT checked_at AS checkedAt, consistent, violations FROM book_results WHERE id = 1',
  )
  if (!row) return undefined
  const counts = fromJson<Record<string, number>>(row.violations)
  return {
    checkedAt: row.checkedAt,
    consistent: Boolean(row.consistent),
    violations: new Map(Object.entries(counts)),
  }
}
