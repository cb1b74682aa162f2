import { apps } from '../names.ts'
import type { Metrics } from './metric.ts'

const counter = { kind: 'counter', unit: 'none', apps: [apps.product] } as const
const gauge = { kind: 'gauge', labels: {}, apps: [apps.product] } as const

/** Stock and its holds. */
export const productMetrics = {
  micromart_stock_holds_total: {
    ...counter,
    help: 'Holds by outcome',
    labels: { outcome: ['held', 'refused', 'lapsed'] },
  },
  micromart_stock_reservation_failures_total: {
    ...counter,
    help: 'Holds and claims that were refused',
    labels: { reason: ['out_of_stock', 'claim_refused'] },
  },
  micromart_stock_holds_live: { ...gauge, unit: 'none', help: 'Orders whose goods are put aside' },
  micromart_stock_holds_overdue: {
    ...gauge,
    unit: 'none',
    help: 'Holds whose time is over and whose goods are not back on the shelf yet',
  },
  micromart_stock_held_units: { ...gauge, unit: 'units', help: 'Units that are put aside' },
  micromart_oversell_total: {
    ...counter,
    help: 'Moves of stock that found less than was promised: never, or the books are broken',
    labels: {},
  },
  micromart_import_rows_total: {
    ...counter,
    help: 'Rows of imported files by outcome',
    labels: { outcome: ['created', 'updated', 'unchanged', 'failed'] },
  },
} as const satisfies Metrics
