import { apps } from '../names.ts'
import { labels } from './labels.ts'
import { like, type Metrics } from './metric.ts'

const counter = { kind: 'counter', unit: 'none', apps: [apps.payment] } as const
const gauge = { kind: 'gauge', apps: [apps.payment] } as const

/** A payment that was asked for and whose end is not known here. */
export const unknownPayments = ['charging', 'pending', 'requires_action'] as const

const ofMoney = { ...counter, unit: 'minor', labels: { currency: labels.currency } } as const

/** Payments and the provider behind them. */
export const paymentMetrics = {
  micromart_payments_total: {
    ...counter,
    help: 'Payments that ended, by outcome and class of reason',
    labels: {
      outcome: ['captured', 'declined', 'cancelled'],
      reason_class: ['none', 'card', 'funds', 'token', 'authentication', 'other'],
    },
  },
  micromart_payment_captured_minor_total: {
    ...ofMoney,
    help: 'Money taken, in minor units',
  },
  micromart_payment_refunded_minor_total: {
    ...ofMoney,
    help: 'Money given back, as the provider has confirmed, in minor units',
  },
  micromart_refunds_total: {
    ...counter,
    help: 'Refunds that ended: refused ones the provider will not pay back, a person must look',
    labels: { outcome: ['refunded', 'refused'] },
  },
  micromart_payment_provider_duration_seconds: {
    kind: 'histogram',
    unit: 'seconds',
    help: 'Requests to the payment provider',
    labels: {
      operation: like('what is asked of the provider', /^[a-z][a-z -]{2,40}$/),
      outcome: ['ok', 'failed'],
    },
    apps: [apps.payment],
    buckets: [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 4, 6],
  },
  micromart_payments_unknown: {
    ...gauge,
    unit: 'none',
    help: 'Payments under way, whose end is not known yet',
    labels: { status: unknownPayments },
  },
  micromart_payments_unknown_oldest_age_seconds: {
    ...gauge,
    unit: 'seconds',
    help: 'How long the first of them has stood so; 0 without one',
    labels: { status: unknownPayments },
  },
  micromart_payment_ledger_mismatch: {
    ...gauge,
    unit: 'none',
    help: 'Postings whose debits are not their credits, of those entered since shortly before the start: always 0',
    labels: {},
  },
  micromart_captures_late_total: {
    ...counter,
    help: 'Captures that came after their payment had ended, and go back',
    labels: {},
  },
  micromart_disputes_total: {
    ...counter,
    help: 'Captures that a shopper disputes',
    labels: {},
  },
  micromart_notices_unbooked_total: {
    ...counter,
    help: 'Money that the provider tells of and the ledger cannot hold: a person must look',
    labels: {},
  },
} as const satisfies Metrics
