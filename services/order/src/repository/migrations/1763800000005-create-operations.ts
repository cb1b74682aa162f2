import {
  deadLetterTables,
  idempotencyTables,
  type MigrationClass,
  sqlMigration,
} from '@micromart/store'
import type { MigrationInterface, QueryRunner } from 'typeorm'

/** PlaceOrder's keys get a name of their own: the house's keys, of all other RPCs, have theirs. */
export const renameOrderKeys: MigrationClass = class implements MigrationInterface {
  readonly name = 'RenameOrderKeys1763800000005'

  async up(runner: QueryRunner): Promise<void> {
    if (await runner.hasTable('order_keys')) return
    await runner.query('RENAME TABLE idempotency_keys TO order_keys')
  }

  /** There is no way back: an older service runs on the newer schema, a fault is mended forwards. */
  async down(): Promise<void> {}
}

export const createOperations = sqlMigration('CreateOperations1763800000006', [
  ...idempotencyTables(),
  ...deadLetterTables(),
])
