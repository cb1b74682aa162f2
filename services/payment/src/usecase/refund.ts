import type { Money } from '@micromart/kernel'
import { RefundExceedsCapture } from '../model/errors.ts'
import { type Payment, refundKey } from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'
import { getPayment } from './get-payment.ts'
import { patience } from './patience.ts'

type Deps = Pick<Ports, 'payments' | 'refunds' | 'provider' | 'clock' | 'log'>

export type RefundCommand = {
  readonly orderId: string
  /** A UUID; the same one means the same refund. */
  readonly refundId: string
  readonly amount: Money
  readonly deadline: Date | undefined
}

/** A refund that the provider has confirmed, or not yet: then the same command later. */
export type Refunded = { readonly refunded: boolean; readonly payment: Payment }

/**
 * Gives captured money back, once per refund id and never more than was captured: the amount is reserved before the provider
 * is asked.
 * @throws PaymentNotFound, RefundExceedsCapture, AmountMismatch
 */
export const refund =
  (deps: Deps) =>
  async ({ orderId, refundId, amount, deadline }: RefundCommand): Promise<Refunded> => {
    const { payments, refunds, provider, clock, log } = deps
    const payment = await getPayment(deps)({ orderId, deadline })
    const { chargeId, status } = payment
    if (status !== 'captured' || chargeId === undefined) throw new RefundExceedsCapture()
    const reserved = await refunds.reserve({ id: refundId, payment, amount })
    if (reserved.done) return { refunded: true, payment }
    const order = { key: refundKey(refundId), chargeId, amount }
    const answer = await provider.refund(order, patience(clock, deadline))
    if (answer === 'refused') log.error({ orderId, refundId }, 'the provider refuses a refund')
    if (answer !== 'refunded') return { refunded: false, payment }
    await refunds.confirm(reserved, payment)
    return { refunded: true, payment: (await payments.find(orderId)) ?? payment }
  }
