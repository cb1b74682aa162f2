import { auditMigrations } from '@micromart/store'
import { createOrders } from './1763800000001-create-orders.ts'
import { createErasedUsers } from './1763800000002-create-erased-users.ts'
import { createRefunds, extendOrders } from './1763800000003-create-refunds.ts'
import { createOperations, renameOrderKeys } from './1763800000005-create-operations.ts'
import { createBooks } from './1763800000020-create-books.ts'
import { createBookResults } from './1763800000030-create-book-results.ts'

/** All migrations, oldest first. A released one never changes. */
export const migrations = [
  createOrders,
  createErasedUsers,
  extendOrders,
  createRefunds,
  renameOrderKeys,
  createOperations,
  createBooks,
  ...auditMigrations(1_763_800_000_021),
  createBookResults,
]
