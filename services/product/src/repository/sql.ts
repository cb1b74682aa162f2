import { databaseFault } from '@micromart/store'
import type {
  DataSource,
  EntityManager,
  EntitySchema,
  EntitySchemaColumnOptions,
  ValueTransformer,
} from 'typeorm'

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

type Column = {
  readonly property: string
  readonly name: string
  readonly to: (value: unknown) => unknown
}

const asIs = (value: unknown): unknown => value

/** The columns that an INSERT names: all but those that the database fills. */
const columnsOf = <T>({ options }: EntitySchema<T>): readonly Column[] =>
  Object.entries<EntitySchemaColumnOptions | undefined>(options.columns).flatMap(
    ([property, column]) => {
      if (column === undefined || column.generated) return []
      const { name = property, transformer } = column
      return [{ property, name, to: (transformer as ValueTransformer | undefined)?.to ?? asIs }]
    },
  )

type Values<T> = { readonly [P in keyof T]: T[P] }

/**
 * One INSERT for many rows, in pieces small enough for the servers' packets. TypeORM's builder makes a parameter and several
 * objects of each value, which an import of thousands of products feels.
 */
export const insertAll = async <T>(
  tx: EntityManager,
  schema: EntitySchema<T>,
  rows: readonly Values<T>[],
  size = 500,
): Promise<void> => {
  const columns = columnsOf(schema)
  const names = columns.map(({ name }) => `\`${name}\``).join(', ')
  for (let from = 0; from < rows.length; from += size) {
    const values = rows
      .slice(from, from + size)
      .map((row) => columns.map(({ property, to }) => to(row[property as keyof T])))
    await tx.query(`INSERT INTO \`${schema.options.name}\` (${names}) VALUES ?`, [values])
  }
}

/** JSON functions answer text on MariaDB and parsed values on MySQL. */
export const fromJson = <T>(value: unknown): T =>
  (typeof value === 'string' ? JSON.parse(value) : value) as T
