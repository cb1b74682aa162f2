import { apps } from '../names.ts'
import { labels } from './labels.ts'
import { like, type Metrics } from './metric.ts'

const counter = { kind: 'counter', unit: 'none', apps: [apps.order] } as const
const gauge = { kind: 'gauge', unit: 'none', apps: [apps.order] } as const

/** What an order waits for while somebody has to look at it again. */
export const sagaSteps = ['hold', 'charge', 'payment', 'claim', 'refund'] as const
export type SagaStep = (typeof sagaSteps)[number]

/** What a checkout goes through, in this order; `hold` and `open` side by side. */
export const checkoutSteps = ['cart', 'hold', 'open', 'charge', 'commit', 'claim'] as const
export type CheckoutStep = (typeof checkoutSteps)[number]

/** The states of orders that are looked at by their number and age: delivered ones are many, and wait for nothing. */
export const watchedStatuses = ['PENDING', 'PAYMENT_PENDING', 'PAID', 'SHIPPED'] as const

const step = sagaSteps
const stepBuckets = [0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

/** Orders, checkouts, sagas and books. */
export const orderMetrics = {
  micromart_orders_total: {
    ...counter,
    help: 'Orders by outcome: paid, pending (once), shipped and so on, or why they failed',
    labels: {
      outcome: [
        ...(['paid', 'pending', 'rejected', 'cancelled', 'shipped', 'delivered'] as const),
        ...(['refunded', 'declined', 'abandoned', 'expired', 'unavailable'] as const),
        'price_changed',
      ],
    },
  },
  micromart_order_value_minor_total: {
    ...counter,
    unit: 'minor',
    help: 'Totals of paid orders in minor units',
    labels: { currency: labels.currency },
  },
  micromart_order_refunds_total: {
    ...counter,
    help: 'Refunds of orders: pending as they begin, refunded or refused as they end',
    labels: { status: ['pending', 'refunded', 'refused'] },
  },
  micromart_checkout_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'PlaceOrder as it was answered the first time: the status of the order, or the code of the refusal',
    labels: { outcome: like('a status of orders in lower case, or a code', /^[a-z][a-z_]{2,40}$/) },
    apps: [apps.order],
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3, 5, 7.5, 10],
  },
  micromart_checkout_step_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'Steps of checkouts and of those that finish them',
    labels: { step: checkoutSteps, outcome: ['ok', 'failed'] },
    apps: [apps.order],
    buckets: stepBuckets,
  },
  micromart_idempotent_replays_total: {
    ...counter,
    help: 'Answers of PlaceOrder that were given again',
    labels: {},
  },
  micromart_saga_compensations_total: {
    ...counter,
    help: 'Orders undone after a step had taken effect, by why',
    labels: {
      reason: [
        ...(['declined', 'abandoned', 'cancelled', 'expired', 'unavailable'] as const),
        ...(['price_changed', 'unclaimable'] as const),
      ],
    },
  },
  micromart_sagas_in_flight: {
    ...gauge,
    help: 'Orders that somebody looks at again, by what they wait for',
    labels: { step },
  },
  micromart_sagas_due: { ...gauge, help: 'Those whose time has come', labels: { step } },
  micromart_sagas_overdue: {
    ...gauge,
    help: 'Those whose time came more than 15 s ago: no sweeper looks',
    labels: { step },
  },
  micromart_sagas_oldest_age_seconds: {
    ...gauge,
    unit: 'seconds',
    help: 'How long the first of them has waited in its step; 0 without one',
    labels: { step },
  },
  micromart_orders_open: {
    ...gauge,
    help: 'Orders by status, of those that wait for something',
    labels: { status: watchedStatuses },
  },
  micromart_orders_oldest_age_seconds: {
    ...gauge,
    unit: 'seconds',
    help: 'Time since the oldest order of that status was placed; 0 without one',
    labels: { status: watchedStatuses },
  },
  micromart_order_watchers: { ...gauge, help: 'Open WatchOrder streams', labels: {} },
  micromart_books_last_check_timestamp_seconds: {
    ...gauge,
    unit: 'seconds',
    help: 'Unix time of the last check of the books; 0 before the first',
    labels: {},
  },
  micromart_books_consistent: {
    ...gauge,
    help: '1 when the last check found all stores to agree, 0 when not; NaN before the first',
    labels: {},
  },
  micromart_books_violations: {
    ...gauge,
    help: 'What the last check found, by invariant',
    labels: { invariant: like('an invariant of docs/reliability/invariants.md', /^I\d{1,2}$/) },
  },
} as const satisfies Metrics
