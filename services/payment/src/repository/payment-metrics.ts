import { counter, type LabelsOf, type SpanAttributes } from '@micromart/contracts/telemetry'
import type { Money } from '@micromart/kernel'
import { trace } from '@opentelemetry/api'
import type { Payment, PaymentStatus } from '../model/payment.ts'
import type { Refund } from '../model/refund.ts'

type Ended = LabelsOf<'micromart_payments_total'>

const reasons: ReadonlyMap<string, Ended['reason_class']> = new Map([
  ['card_declined', 'card'],
  ['insufficient_funds', 'funds'],
  ['invalid_token', 'token'],
  ['authentication_failed', 'authentication'],
  ['authentication_expired', 'authentication'],
])

const reasonOf = ({ declineCode }: Payment): Ended['reason_class'] =>
  declineCode === undefined ? 'none' : (reasons.get(declineCode) ?? 'other')

const isEnd = (status: PaymentStatus): status is Ended['outcome'] =>
  status === 'captured' || status === 'declined' || status === 'cancelled'

/** Tells the span of the request by which a payment has moved. */
const describe = (payment: Payment): void => {
  const attributes: SpanAttributes = {
    'micromart.order.id': payment.orderId,
    'micromart.payment.id': payment.id,
    'micromart.payment.status': payment.status,
    'micromart.payment.reason_class': reasonOf(payment),
  }
  trace.getActiveSpan()?.setAttributes(attributes)
}

/** Counts what became of payments and refunds, once each: when it was written. */
export const paymentCounters = () => {
  const payments = counter('micromart_payments_total')
  const captured = counter('micromart_payment_captured_minor_total')
  const refunded = counter('micromart_payment_refunded_minor_total')
  const refunds = counter('micromart_refunds_total')
  const late = counter('micromart_captures_late_total')
  const disputes = counter('micromart_disputes_total')
  const unbooked = counter('micromart_notices_unbooked_total')
  const take = ({ amount, currency }: Money) => captured.add(Number(amount), { currency })
  return {
    moved: (payment: Payment) => {
      describe(payment)
      if (!isEnd(payment.status)) return
      payments.add(1, { outcome: payment.status, reason_class: reasonOf(payment) })
      if (payment.status === 'captured' && payment.amount) take(payment.amount)
    },
    ended: ({ status, amount }: Refund) => {
      if (status === 'pending') return
      refunds.add(1, { outcome: status })
      const { currency } = amount
      if (status === 'refunded') refunded.add(Number(amount.amount), { currency })
    },
    late: (taken: Money) => {
      late.add(1)
      take(taken)
    },
    unbooked: () => unbooked.add(1),
    disputed: () => disputes.add(1),
  }
}

export type PaymentCounters = ReturnType<typeof paymentCounters>
