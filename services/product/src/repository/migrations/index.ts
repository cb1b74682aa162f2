import {
  auditMigrations,
  deadLetterTables,
  idempotencyTables,
  type MigrationClass,
  outboxTables,
  sqlMigration,
} from '@micromart/store'
import { createCatalogue, createStock } from './catalogue.ts'
import { createCategoryListings } from './category-listings.ts'
import { createStockReturns } from './stock-returns.ts'

const createOutbox = sqlMigration('CreateOutbox1763800000003', outboxTables())
const createIdempotency = sqlMigration('CreateIdempotency1763800000006', idempotencyTables())

/** No event comes in yet: the backlog counts them as in every service. */
const createDeadLetters = sqlMigration('CreateDeadLetters1763800000007', deadLetterTables())

/** In the order in which they run. */
export const migrations: readonly MigrationClass[] = [
  createCatalogue,
  createStock,
  createOutbox,
  createCategoryListings,
  createStockReturns,
  createIdempotency,
  createDeadLetters,
  ...auditMigrations(1_763_800_000_008),
]
