import type { Money } from '@micromart/kernel'
import { RefundExceedsCapture } from '../model/errors.ts'
import type { Payment } from '../model/payment.ts'
import type { Ports } from '../model/ports.ts'
import type { RefundAnswer } from '../model/provider.ts'
import { type Refund, refundKey, type RefundStatus } from '../model/refund.ts'
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

/** A refund with its outcome; while that is `pending`, the same command later asks again. */
export type Refunded = { readonly status: RefundStatus; readonly payment: Payment }

/** The provider gives nothing back of nothing, and was never asked for it. */
const answerOf = async (
  { provider, clock }: Deps,
  { id, amount }: Refund,
  chargeId: string | undefined,
  deadline: Date | undefined,
): Promise<RefundAnswer> => {
  if (amount.amount === 0n) return 'refunded'
  if (chargeId === undefined) return 'unknown'
  return provider.refund({ key: refundKey(id), chargeId, amount }, patience(clock, deadline))
}

/** Writes an outcome down. The refusal is told once, by whoever wrote it. */
const end = async ({ refunds, log }: Deps, refund: Refund, answer: RefundAnswer) => {
  if (answer === 'refunded') await refunds.confirm(refund)
  if (answer === 'refused' && (await refunds.refuse(refund))) {
    log.warn({ refundId: refund.id, paymentId: refund.paymentId }, 'the provider refuses a refund')
  }
}

/**
 * Gives captured money back, once per refund id and never more than was captured: the amount is reserved before the provider
 * is asked. A refusal ends it; what was reserved is free for another refund.
 * @throws PaymentNotFound, RefundExceedsCapture, AmountMismatch
 */
export const refund =
  (deps: Deps) =>
  async ({ orderId, refundId, amount, deadline }: RefundCommand): Promise<Refunded> => {
    const { payments, refunds } = deps
    const { payment } = await getPayment(deps)({ orderId, deadline })
    if (payment.status !== 'captured') throw new RefundExceedsCapture()
    const reserved = await refunds.reserve({ id: refundId, payment, amount })
    if (reserved.status !== 'pending') return { status: reserved.status, payment }
    const answer = await answerOf(deps, reserved, payment.chargeId, deadline)
    await end(deps, reserved, answer)
    const status = answer === 'unknown' ? 'pending' : answer
    return { status, payment: (await payments.find(orderId)) ?? payment }
  }
