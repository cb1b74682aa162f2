import type { QueryRunner } from 'typeorm'
import type { MigrationClass } from './migration.ts'

/** A server with a binary log lets only administrators make triggers, unless `log_bin_trust_function_creators` is on. */
const notForUs = 1419

const refuse = (table: string, event: string) => `
  CREATE TRIGGER IF NOT EXISTS ${table}_no_${event}
  BEFORE ${event} ON ${table} FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '${table} only grows'`

const isRefused = (error: unknown): boolean =>
  error instanceof Error && 'errno' in error && error.errno === notForUs

/**
 * A migration after which the database itself refuses to change or delete what a table holds. Where the server allows us no
 * trigger, only our own code keeps to it: it has no such statement.
 * @param name as of `sqlMigration`
 */
export const appendOnly = (name: string, table: string): MigrationClass =>
  class {
    readonly name = name

    async up(runner: QueryRunner): Promise<void> {
      for (const event of ['update', 'delete']) {
        await runner.query(refuse(table, event)).catch((error: unknown) => {
          if (!isRefused(error)) throw error
        })
      }
    }

    /** There is no way back: a fault is mended forwards. */
    async down(): Promise<void> {}
  }
