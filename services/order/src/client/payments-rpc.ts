import { ChargeOutcome, type PaymentServiceService } from '@micromart/contracts/payment'
import type { RpcClient } from '@micromart/dapr'
import { DomainError, type Log } from '@micromart/kernel'
import type { Charge, Payments } from '../model/ports.ts'
import { apart } from './apart.ts'

/** How long order waits for a charge (design section 7); the provider gets 4 s of it. */
export const chargeDeadlineMs = 6_000

const chargeOf = (outcome: ChargeOutcome | undefined, code?: string): Charge => {
  switch (outcome) {
    case ChargeOutcome.CHARGE_OUTCOME_CAPTURED:
      return { outcome: 'captured' }
    case ChargeOutcome.CHARGE_OUTCOME_DECLINED:
      return { outcome: 'declined', code }
    case ChargeOutcome.CHARGE_OUTCOME_CANCELLED:
      return { outcome: 'cancelled' }
    case ChargeOutcome.CHARGE_OUTCOME_NONE:
      return { outcome: 'none' }
    default:
      return { outcome: 'unknown' }
  }
}

/** A charge that did not come back may have been made; only a payment that was cancelled before is surely none. */
const chargeAfter = (error: unknown): Charge =>
  error instanceof DomainError && error.code === 'payment_cancelled'
    ? { outcome: 'cancelled' }
    : { outcome: 'unknown' }

/** A payment that nobody opened was never charged. */
const noneIfAbsent = (error: unknown): Charge => {
  if (error instanceof DomainError && error.kind === 'not_found') return { outcome: 'none' }
  throw error
}

/** The payment service. The refund of a whole order has the order's id: there is one at most. */
export const paymentsRpc = (payment: RpcClient<PaymentServiceService>, log: Log): Payments => ({
  open: async (orderId) => {
    await apart(() => payment.openPayment({ orderId }))
  },
  charge: (orderId, amount, token) =>
    apart(async () => {
      try {
        const { payment: charged } = await payment.charge({ orderId, amount, token })
        return chargeOf(charged?.outcome, charged?.declineCode)
      } catch (cause) {
        log.warn({ cause, orderId }, 'charge did not come back')
        return chargeAfter(cause)
      }
    }),
  outcome: (orderId) =>
    apart(async () => {
      try {
        const { payment: known } = await payment.getPayment({ orderId })
        return chargeOf(known?.outcome, known?.declineCode)
      } catch (error) {
        return noneIfAbsent(error)
      }
    }),
  cancel: async (orderId) =>
    chargeOf((await apart(() => payment.cancelPayment({ orderId }))).outcome),
  refund: async (orderId, amount) =>
    (await apart(() => payment.refund({ orderId, refundId: orderId, amount }))).refunded,
})
