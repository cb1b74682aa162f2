import type { MigrationInterface, QueryRunner } from 'typeorm'

/** A TypeORM migration; its name ends in the 13 digits of a JavaScript time, which order them. */
export type MigrationClass = new () => MigrationInterface

/**
 * A migration that is a list of statements. Each can be run again (`IF NOT EXISTS`): DDL commits by itself, so a crash
 * leaves a step half done.
 * @param name ends in 13 digits, such as `CreatePayments1763800000001`
 */
export const sqlMigration = (name: string, statements: readonly string[]): MigrationClass =>
  class implements MigrationInterface {
    readonly name = name

    async up(runner: QueryRunner): Promise<void> {
      for (const statement of statements) await runner.query(statement)
    }

    /** There is no way back: an older service runs on the newer schema, a fault is mended forwards. */
    async down(): Promise<void> {}
  }

/** What tells that a change was made before. */
type Sign = { readonly column: string } | { readonly index: string }

const signOf = (table: string, sign: Sign): string => {
  const [view, name, value] =
    'column' in sign
      ? ['columns', 'column_name', sign.column]
      : ['statistics', 'index_name', sign.index]
  return `SELECT 1 FROM information_schema.${view}
   WHERE table_schema = DATABASE() AND table_name = '${table}' AND ${name} = '${value}'`
}

/**
 * An `ALTER TABLE` that can be run again: MySQL knows no `ADD COLUMN IF NOT EXISTS`. One statement, all or nothing.
 * @param sign the column or index that is there once it was run
 * @param changes what follows the table's name; texts in it are in double quotes
 */
export const alterOnce = (table: string, sign: Sign, changes: string): readonly string[] => [
  `SET @run = IF(EXISTS (${signOf(table, sign)}), 'DO 0', 'ALTER TABLE ${table} ${changes}')`,
  'PREPARE run_once FROM @run',
  'EXECUTE run_once',
  'DEALLOCATE PREPARE run_once',
]
