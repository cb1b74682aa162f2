import type { MigrationInterface, QueryRunner } from 'typeorm'

/** A server with a binary log lets only administrators make triggers, unless `log_bin_trust_function_creators` is on. */
const notForUs = 1419

const refuse = (event: string) => `
  CREATE TRIGGER IF NOT EXISTS ledger_entries_no_${event}
  BEFORE ${event} ON ledger_entries FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'ledger_entries only grows'`

const isRefused = (error: unknown): boolean =>
  error instanceof Error && 'errno' in error && error.errno === notForUs

/**
 * The database itself refuses to change or delete what was entered. Where the server allows us no trigger, only our own code
 * keeps to it: it has no such statement.
 */
export class RefuseLedgerChanges1763800000008 implements MigrationInterface {
  readonly name = 'RefuseLedgerChanges1763800000008'

  async up(runner: QueryRunner): Promise<void> {
    for (const event of ['update', 'delete']) {
      await runner.query(refuse(event)).catch((error: unknown) => {
        if (!isRefused(error)) throw error
      })
    }
  }

  /** There is no way back: a fault is mended forwards. */
  async down(): Promise<void> {}
}
