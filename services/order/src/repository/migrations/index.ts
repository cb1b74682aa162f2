import { createOrders } from './1763800000001-create-orders.ts'

/** All migrations, oldest first. A released one never changes. */
export const migrations = [createOrders]
