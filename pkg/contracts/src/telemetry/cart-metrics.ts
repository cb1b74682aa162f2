import { apps } from '../names.ts'
import { like, type Metrics } from './metric.ts'

/** Carts in the state store. */
export const cartMetrics = {
  micromart_cart_operations_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Cart operations by outcome',
    labels: {
      op: ['get', 'add', 'set', 'remove', 'clear', 'merge', 'lines'],
      outcome: like('ok, or the code of the refusal', /^[a-z][a-z_]{1,40}$/),
    },
    apps: [apps.cart],
  },
  micromart_cart_conflicts_total: {
    kind: 'counter',
    unit: 'none',
    help: 'Writes that met another of the same entry, and were decided anew',
    labels: {},
    apps: [apps.cart],
  },
} as const satisfies Metrics
