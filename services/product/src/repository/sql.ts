import { alone } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'

export type Row = Readonly<Record<string, unknown>>

/** mysql2's answer to a write. */
export type Written = { readonly affectedRows: number; readonly insertId: number | string }

type Connection = DataSource | EntityManager

/**
 * Reads. By itself it fails as unavailable when the database is away; inside a transaction its faults are the transaction's to
 * judge, which runs anew what lost against another.
 */
export const select = async <T = Row>(
  db: Connection,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly T[]> => {
  const rows = (): Promise<T[]> => db.query(sql, [...values])
  return 'manager' in db ? alone(rows) : rows()
}

/** A write inside a transaction: its faults are the transaction's to judge. */
export const write = async (
  tx: EntityManager,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Written> => tx.query<Written>(sql, [...values])

/** As many `?` as there are values; an empty list matches nothing. */
export const marks = (values: readonly unknown[]): string =>
  values.length === 0 ? 'NULL' : values.map(() => '?').join(', ')

type Table<Row> = {
  readonly insert: (tx: EntityManager, rows: readonly Partial<Row>[]) => Promise<void>
}

/** Writes rows in statements small enough for the servers' packets. */
export const insertAll = async <Row>(
  tx: EntityManager,
  { insert }: Table<Row>,
  rows: readonly Row[],
  size = 500,
): Promise<void> => {
  for (let from = 0; from < rows.length; from += size) {
    await insert(tx, rows.slice(from, from + size))
  }
}

/** JSON functions answer text on MariaDB and parsed values on MySQL. */
export const fromJson = <T>(value: unknown): T =>
  (typeof value === 'string' ? JSON.parse(value) : value) as T
