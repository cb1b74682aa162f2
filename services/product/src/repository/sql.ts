import { databaseFault } from '@micromart/store'
import type { DataSource, EntityManager, EntitySchema, ObjectLiteral } from 'typeorm'
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js'

export type Row = Readonly<Record<string, unknown>>

/** mysql2's answer to a write. */
export type Written = { readonly affectedRows: number; readonly insertId: number | string }

type Connection = Pick<DataSource | EntityManager, 'query'>

/** @throws DomainError unavailable when the database is away */
export const select = async <T = Row>(
  db: Connection,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly T[]> => {
  try {
    return (await db.query(sql, [...values])) as T[]
  } catch (error) {
    throw databaseFault(error) ?? error
  }
}

/** A write inside a transaction: its faults are the transaction's to judge. */
export const write = async (
  tx: EntityManager,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Written> => (await tx.query(sql, [...values])) as Written

/** As many `?` as there are values; an empty list matches nothing. */
export const marks = (values: readonly unknown[]): string =>
  values.length === 0 ? 'NULL' : values.map(() => '?').join(', ')

/** One INSERT for all rows, in pieces small enough for the servers' packets. */
export const insertAll = async <T extends ObjectLiteral>(
  tx: EntityManager,
  rows: EntitySchema<T>,
  values: readonly T[],
  size = 500,
): Promise<void> => {
  for (let from = 0; from < values.length; from += size) {
    await tx
      .createQueryBuilder()
      .insert()
      .into(rows)
      .values(values.slice(from, from + size) as QueryDeepPartialEntity<T>[])
      .updateEntity(false)
      .execute()
  }
}

/** JSON functions answer text on MariaDB and parsed values on MySQL. */
export const fromJson = <T>(value: unknown): T =>
  (typeof value === 'string' ? JSON.parse(value) : value) as T
