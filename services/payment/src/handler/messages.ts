import {
  ChargeOutcome,
  type ForeignRefund as ForeignRefundMessage,
  type PaymentBook as PaymentBookMessage,
  type Payment as PaymentMessage,
  RefundOrigin,
  type PaymentRecord,
  type RefundResponse,
} from '@micromart/contracts/payment'
import type { PaymentBook } from '../model/book.ts'
import { hasEnded, type Payment, type PaymentStatus, refundedMoney } from '../model/payment.ts'
import type { ForeignRefund } from '../model/refund.ts'
import type { Known } from '../usecase/ask.ts'
import type { Refunded } from '../usecase/refund.ts'

const outcomes: Readonly<Record<PaymentStatus, ChargeOutcome>> = {
  open: ChargeOutcome.CHARGE_OUTCOME_NONE,
  charging: ChargeOutcome.CHARGE_OUTCOME_UNKNOWN,
  pending: ChargeOutcome.CHARGE_OUTCOME_PENDING,
  requires_action: ChargeOutcome.CHARGE_OUTCOME_REQUIRES_ACTION,
  captured: ChargeOutcome.CHARGE_OUTCOME_CAPTURED,
  declined: ChargeOutcome.CHARGE_OUTCOME_DECLINED,
  cancelled: ChargeOutcome.CHARGE_OUTCOME_CANCELLED,
}

/** What a cancellation came to: as long as the payment has no end, ask again. */
export const endOf = (payment: Payment): ChargeOutcome =>
  hasEnded(payment) ? outcomes[payment.status] : ChargeOutcome.CHARGE_OUTCOME_UNKNOWN

export const paymentMessage = ({ payment, neverMade }: Known): PaymentMessage => ({
  id: payment.id,
  orderId: payment.orderId,
  outcome: neverMade ? ChargeOutcome.CHARGE_OUTCOME_NONE : outcomes[payment.status],
  amount: payment.amount,
  refunded: refundedMoney(payment),
  declineCode: payment.declineCode,
  updatedAt: payment.updatedAt,
  nextAction: payment.nextAction && { type: 'redirect', ...payment.nextAction },
})

export const recordMessage = (payment: Payment): PaymentRecord => ({
  orderId: payment.orderId,
  status: payment.status,
  provider: payment.provider,
  amount: payment.amount,
  refunded: refundedMoney(payment),
  declineCode: payment.declineCode,
  chargeId: payment.chargeId,
  updatedAt: payment.updatedAt,
})

export const refundMessage = ({ status, payment }: Refunded): RefundResponse => ({
  refunded: status === 'refunded',
  refused: status === 'refused',
  payment: paymentMessage({ payment, neverMade: false }),
})

const origins: Readonly<Record<ForeignRefund['origin'], RefundOrigin>> = {
  desk: RefundOrigin.REFUND_ORIGIN_DESK,
  late: RefundOrigin.REFUND_ORIGIN_LATE,
}

export const foreignMessage = ({ id, origin, ...of }: ForeignRefund): ForeignRefundMessage => ({
  ...of,
  refundId: id,
  origin: origins[origin],
})

export const bookMessage = (book: PaymentBook): PaymentBookMessage => book
