import { ChargeOutcome, type Payment as PaymentMessage } from '@micromart/contracts/payment'
import type { Payment, PaymentStatus } from '../model/payment.ts'
import { refundedMoney } from '../model/payment.ts'

const outcomes: Readonly<Record<PaymentStatus, ChargeOutcome>> = {
  open: ChargeOutcome.CHARGE_OUTCOME_NONE,
  charging: ChargeOutcome.CHARGE_OUTCOME_UNKNOWN,
  captured: ChargeOutcome.CHARGE_OUTCOME_CAPTURED,
  declined: ChargeOutcome.CHARGE_OUTCOME_DECLINED,
  cancelled: ChargeOutcome.CHARGE_OUTCOME_CANCELLED,
}

export const outcomeOf = ({ status }: Payment): ChargeOutcome => outcomes[status]

export const paymentMessage = (payment: Payment): PaymentMessage => ({
  id: payment.id,
  orderId: payment.orderId,
  outcome: outcomeOf(payment),
  amount: payment.amount,
  refunded: refundedMoney(payment),
  declineCode: payment.declineCode,
  updatedAt: payment.updatedAt,
})
