import type { DueRefund, Ports } from '../model/ports.ts'
import type { RefundAnswer } from '../model/provider.ts'
import { refundKey, type RefundStatus } from '../model/refund.ts'

type Deps = Pick<Ports, 'refunds' | 'provider' | 'log'>

/** The provider gives nothing back of nothing, and was never asked for it. */
const answerOf = async (
  { provider }: Deps,
  { refund: { id, amount }, chargeId }: DueRefund,
  until: Date,
): Promise<RefundAnswer> => {
  if (amount.amount === 0n) return 'refunded'
  if (chargeId === undefined) return 'unknown'
  return provider.refund({ key: refundKey(id), chargeId, amount }, until)
}

/**
 * Asks the provider for a refund that has been written down, and writes down what it says. Repeatable, under one key. A refusal
 * is told once, by whoever wrote it.
 * @returns pending while the provider has not confirmed
 */
export const payBack =
  (deps: Deps) =>
  async (due: DueRefund, until: Date): Promise<RefundStatus> => {
    const { refunds, log } = deps
    const { refund } = due
    const answer = await answerOf(deps, due, until)
    if (answer === 'unknown') return 'pending'
    if (answer === 'refunded') await refunds.confirm(refund)
    if (answer === 'refused' && (await refunds.refuse(refund))) {
      const ids = { refundId: refund.id, paymentId: refund.paymentId }
      log.warn(ids, 'the provider refuses a refund')
    }
    return answer
  }
