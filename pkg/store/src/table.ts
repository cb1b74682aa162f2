import { databaseFault } from './faults.ts'
import type { DataSource, EntityManager, EntitySchema, ObjectLiteral } from 'typeorm'

export type Connection = Pick<DataSource | EntityManager, 'query'>
type Column<Row> = {
  readonly property: keyof Row & string
  readonly name: string
  readonly to: (value: unknown) => unknown
  readonly from: (value: unknown) => unknown
}

const same = (value: unknown): unknown => value

const columnsOf = <Row extends ObjectLiteral>(schema: EntitySchema<Row>): readonly Column<Row>[] =>
  Object.entries(schema.options.columns).map(([property, options]) => {
    const transformer = [options?.transformer ?? []].flat()[0]
    return {
      property,
      name: options?.name ?? property,
      to: transformer?.to ?? same,
      from: transformer?.from ?? same,
    }
  })

/** As many `?` as there are values; of an empty list `NULL`, so that `IN (...)` matches nothing. */
export const marks = (values: readonly unknown[]): string =>
  values.length === 0 ? 'NULL' : values.map(() => '?').join(', ')

/**
 * The statements of a table, their text made once from its schema. For what runs in every request: TypeORM's builders
 * cost half of the CPU time of a checkout.
 */
export const tableOf = <Row extends ObjectLiteral>(schema: EntitySchema<Row>) => {
  const table = schema.options.name
  const columns = columnsOf(schema)
  const written = columns.filter(({ property }) => !schema.options.columns[property]?.generated)
  const insertHead = `INSERT INTO ${table} (${written.map(({ name }) => name).join(', ')}) VALUES `
  const insertRow = `(${marks(written)})`
  const selectHead = `SELECT ${columns.map(({ name }) => name).join(', ')} FROM ${table} `

  const rowOf = (stored: Readonly<Record<string, unknown>>): Row =>
    Object.fromEntries(
      columns.map(({ property, name, from }) => [property, from(stored[name])]),
    ) as Row

  return {
    /** Writes rows in one statement. Without the generated column, if there is one. */
    insert: async (tx: EntityManager, rows: readonly Partial<Row>[]): Promise<void> => {
      const values = rows.flatMap((row) => written.map(({ property, to }) => to(row[property])))
      await tx.query(insertHead + rows.map(() => insertRow).join(', '), values)
    },
    /** @param rest what follows the table's name, with `?` for values */
    select: async (
      db: Connection,
      rest: string,
      values: readonly unknown[],
    ): Promise<readonly Row[]> => {
      const stored: readonly Record<string, unknown>[] = await db.query(selectHead + rest, [
        ...values,
      ])
      return stored.map(rowOf)
    },
    /** `name = ?, ...` and its values, for an UPDATE of these columns. */
    assignments: (alias: string, properties: readonly (keyof Row & string)[]) => {
      const chosen = columns.filter(({ property }) => properties.includes(property))
      return {
        text: chosen.map(({ name }) => `${alias}.${name} = ?`).join(', '),
        valuesOf: (row: Partial<Row>) => chosen.map(({ property, to }) => to(row[property])),
      }
    },
  }
}

/** mysql2's answer to a write. */
export type Written = {
  /** Rows that matched, changed or not: mysql2 counts them so. */
  readonly affectedRows: number
  readonly insertId: number | string
}

export const written = (
  db: Connection,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Written> => db.query<Written>(sql, [...values])

/** @returns how many rows matched */
export const write = async (
  db: Connection,
  sql: string,
  values: readonly unknown[] = [],
): Promise<number> => (await written(db, sql, values)).affectedRows

/**
 * Reads. A data source fails as unavailable when the database is away; inside a transaction its faults are the transaction's
 * to judge, which runs anew what lost against another.
 */
export const select = async <T = Readonly<Record<string, unknown>>>(
  db: Connection,
  sql: string,
  values: readonly unknown[] = [],
): Promise<readonly T[]> => {
  const rows = (): Promise<T[]> => db.query(sql, [...values])
  return 'manager' in db ? alone(rows) : rows()
}

type Insertable<Row> = {
  readonly insert: (tx: EntityManager, rows: readonly Partial<Row>[]) => Promise<void>
}

/** Writes rows of a table in statements small enough for the servers' packets. */
export const insertAll = async <Row>(
  tx: EntityManager,
  { insert }: Insertable<Row>,
  rows: readonly Partial<Row>[],
  size = 500,
): Promise<void> => {
  for (let from = 0; from < rows.length; from += size) {
    await insert(tx, rows.slice(from, from + size))
  }
}

/** JSON functions answer text on MariaDB and parsed values on MySQL. */
export const fromJson = <T>(value: unknown): T =>
  (typeof value === 'string' ? JSON.parse(value) : value) as T

const batch = 1000

/**
 * Deletes in statements small enough not to hold others up, until nothing is left.
 * @param sql without its LIMIT
 * @returns how many rows
 */
export const deleteAll = async (
  db: Connection,
  sql: string,
  values: readonly unknown[],
): Promise<number> => {
  for (let all = 0; ;) {
    const deleted = await write(db, `${sql} LIMIT ${batch}`, values)
    all += deleted
    if (deleted < batch) return all
  }
}

/**
 * Runs statements that need no transaction.
 * @throws DomainError unavailable when the database is away
 */
export const alone = async <T>(work: () => Promise<T>): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    throw databaseFault(error) ?? error
  }
}
