import type { Acting, Money } from '@micromart/kernel'
import type { Payment } from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'
import type { RefundStatus } from '../model/refund.ts'
import { getPayment } from './get-payment.ts'
import { patience } from './patience.ts'
import { payBack } from './pay-back.ts'

type Deps = Pick<Ports, 'payments' | 'refunds' | 'provider' | 'clock' | 'log'>

export type RefundCommand = {
  readonly orderId: string
  /** A UUID; the same one means the same refund. */
  readonly refundId: string
  readonly amount: Money
  readonly by: Acting
  readonly deadline: Date | undefined
}

/** A refund with its outcome; while that is `pending`, the same command later asks again. */
export type Refunded = { readonly status: RefundStatus; readonly payment: Payment }

/**
 * Gives captured money back, once per refund id and never more than was captured: the amount is reserved before the provider
 * is asked. A refusal ends it; what was reserved is free for another refund.
 * @throws PaymentNotFound, RefundExceedsCapture, AmountMismatch
 */
export const refund =
  (deps: Deps) =>
  async ({ orderId, refundId, amount, by, deadline }: RefundCommand): Promise<Refunded> => {
    const { payments, refunds } = deps
    const { payment } = await getPayment(deps)({ orderId, deadline })
    const reserved = await refunds.reserve({ id: refundId, payment, amount, by })
    if (reserved.status !== 'pending') return { status: reserved.status, payment }
    const due = { refund: reserved, chargeId: payment.chargeId }
    const status = await payBack(deps)(due, patience(deps.clock, deadline))
    return { status, payment: (await payments.find(orderId)) ?? payment }
  }
