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
