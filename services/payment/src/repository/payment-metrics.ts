import { metrics } from '@opentelemetry/api'
import type { Payment } from '../model/payment.ts'

const reasons: ReadonlyMap<string, string> = new Map([
  ['card_declined', 'card'],
  ['insufficient_funds', 'funds'],
  ['invalid_token', 'token'],
  ['authentication_failed', 'authentication'],
  ['authentication_expired', 'authentication'],
])

const reasonOf = ({ declineCode }: Payment): string =>
  declineCode === undefined ? 'none' : (reasons.get(declineCode) ?? 'other')

/** Counts what became of payments and refunds, once each: when it was written. */
export const paymentCounters = () => {
  const meter = metrics.getMeter('@micromart/payment')
  const payments = meter.createCounter('micromart_payments_total', {
    description: 'Payments that ended, by outcome and class of reason',
  })
  const refunds = meter.createCounter('micromart_refunds_total', {
    description: 'Refunds that the provider confirmed',
  })
  const refused = meter.createCounter('micromart_refunds_refused', {
    description: 'Refunds that the provider will not pay back: a person must look',
  })
  const late = meter.createCounter('micromart_captures_late_total', {
    description: 'Captures that came after their payment had ended, and go back',
  })
  const disputes = meter.createCounter('micromart_disputes_total', {
    description: 'Captures that a shopper disputes',
  })
  const unbooked = meter.createCounter('micromart_notices_unbooked_total', {
    description: 'Money that the provider tells of and the ledger cannot hold: a person must look',
  })
  const ended: ReadonlySet<string> = new Set(['captured', 'declined', 'cancelled'])
  return {
    moved: (payment: Payment) => {
      if (!ended.has(payment.status)) return
      payments.add(1, { outcome: payment.status, reason_class: reasonOf(payment) })
    },
    refunded: () => refunds.add(1),
    refused: () => refused.add(1),
    late: () => late.add(1),
    unbooked: () => unbooked.add(1),
    disputed: () => disputes.add(1),
  }
}

export type PaymentCounters = ReturnType<typeof paymentCounters>
