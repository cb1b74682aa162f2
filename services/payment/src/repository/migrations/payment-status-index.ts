import { alterOnce, sqlMigration } from '@micromart/store'

/** Those under way are found by it: among all payments they are few. */
export const indexPaymentStatus = sqlMigration(
  'IndexPaymentStatus1763800000030',
  alterOnce(
    'payments',
    { index: 'payments_status' },
    'ADD KEY payments_status (status, updated_at)',
  ),
)
