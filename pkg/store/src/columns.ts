import type { EntitySchemaColumnOptions, ValueTransformer } from 'typeorm'

/** The transformer of BIGINT columns: the driver speaks strings, the model speaks bigint. */
export const bigintColumn: ValueTransformer = {
  to: (value: bigint | null | undefined) => value?.toString() ?? value,
  from: (value: string | number | null | undefined) => (value == null ? value : BigInt(value)),
}

/** The transformer of JSON kept in LONGTEXT: MySQL and MariaDB disagree about the JSON type. */
export const jsonColumn: ValueTransformer = {
  to: (value: unknown) => (value == null ? value : JSON.stringify(value)),
  from: (value: string | null | undefined): unknown => (value == null ? value : JSON.parse(value)),
}

/** A UUID, readable: CHAR(36) compared byte by byte. DDL: `CHAR(36) CHARACTER SET ascii COLLATE ascii_bin`. */
export const idColumn = {
  type: 'char',
  length: 36,
  charset: 'ascii',
  collation: 'ascii_bin',
} as const satisfies EntitySchemaColumnOptions

/** A moment in UTC with milliseconds. DDL: `DATETIME(3)`. */
export const timeColumn = {
  type: 'datetime',
  precision: 3,
} as const satisfies EntitySchemaColumnOptions
