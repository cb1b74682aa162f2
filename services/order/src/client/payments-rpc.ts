import {
  ChargeOutcome,
  type ForeignRefund as ForeignRefundMessage,
  type Payment,
  type PaymentServiceService,
  RefundOrigin,
  type RefundResponse,
} from '@micromart/contracts/payment'
import type { RpcClient } from '@micromart/dapr'
import { DomainError, type Log } from '@micromart/kernel'
import type { Charge, Payments, RefundOutcome } from '../model/ports.ts'
import type { ForeignRefund } from '../model/refund.ts'
import { apart } from './apart.ts'

/** How long order waits for a charge (design section 7); the provider gets 4 s of it. */
export const chargeDeadlineMs = 6_000

type Known = Partial<Pick<Payment, 'outcome' | 'declineCode' | 'nextAction'>>

const chargeOf = ({ outcome, declineCode, nextAction }: Known = {}): Charge => {
  switch (outcome) {
    case ChargeOutcome.CHARGE_OUTCOME_CAPTURED:
      return { outcome: 'captured' }
    case ChargeOutcome.CHARGE_OUTCOME_DECLINED:
      return { outcome: 'declined', code: declineCode }
    case ChargeOutcome.CHARGE_OUTCOME_CANCELLED:
      return { outcome: 'cancelled' }
    case ChargeOutcome.CHARGE_OUTCOME_NONE:
      return { outcome: 'none' }
    case ChargeOutcome.CHARGE_OUTCOME_PENDING:
      return { outcome: 'pending' }
    case ChargeOutcome.CHARGE_OUTCOME_REQUIRES_ACTION:
      return actionOf(nextAction)
    default:
      return { outcome: 'unknown' }
  }
}

/** Without a place to go the shopper can do nothing: asking again may tell it. */
const actionOf = (action: Payment['nextAction']): Charge => {
  if (!action?.expiresAt) return { outcome: 'unknown' }
  const { type, url, expiresAt } = action
  return { outcome: 'requires_action', action: { type, url, expiresAt } }
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

const refundOf = ({ refunded, refused }: RefundResponse): RefundOutcome => {
  if (refunded) return 'refunded'
  return refused ? 'refused' : 'pending'
}

/** What payment will never do cannot be waited for: a person must look. */
const refusedIfHopeless = (error: unknown): RefundOutcome => {
  const hopeless = ['precondition', 'not_found', 'invalid']
  if (error instanceof DomainError && hopeless.includes(error.kind)) return 'refused'
  throw error
}

/** An origin of a later release waits for the release that knows it. */
const foreignOf = (message: ForeignRefundMessage): readonly ForeignRefund[] => {
  const { refundId: id, orderId, amount, origin: from, bookedAt } = message
  const origin = from === RefundOrigin.REFUND_ORIGIN_LATE ? 'late' : 'desk'
  const isKnown =
    from === RefundOrigin.REFUND_ORIGIN_LATE || from === RefundOrigin.REFUND_ORIGIN_DESK
  return isKnown && amount && bookedAt ? [{ id, orderId, amount, origin, bookedAt }] : []
}

/** The payment service. */
export const paymentsRpc = (payment: RpcClient<PaymentServiceService>, log: Log): Payments => {
  const charging = (orderId: string, ask: () => Promise<{ payment: Payment | undefined }>) =>
    apart(async () => {
      try {
        return chargeOf((await ask()).payment)
      } catch (cause) {
        log.warn({ cause, orderId }, 'charge did not come back')
        return chargeAfter(cause)
      }
    })
  return {
    open: async (orderId) => {
      await apart(() => payment.openPayment({ orderId }))
    },
    charge: (orderId, amount, token) =>
      charging(orderId, () => payment.charge({ orderId, amount, token })),
    proceed: (orderId) => charging(orderId, () => payment.continueCharge({ orderId })),
    outcome: (orderId) =>
      apart(async () => {
        try {
          return chargeOf((await payment.getPayment({ orderId })).payment)
        } catch (error) {
          return noneIfAbsent(error)
        }
      }),
    foreignRefunds: async (after, limit) => {
      const afterRefundId = after?.id ?? ''
      const page = { afterBookedAt: after?.bookedAt, afterRefundId, limit }
      return (await payment.listForeignRefunds(page)).items.flatMap(foreignOf)
    },
    cancel: async (orderId) => chargeOf(await apart(() => payment.cancelPayment({ orderId }))),
    records: async (orderIds) =>
      (await apart(() => payment.listPaymentRecords({ orderIds: [...orderIds] }))).items,
    refund: ({ id: refundId, orderId, amount }) =>
      apart(async () => {
        try {
          return refundOf(await payment.refund({ orderId, refundId, amount }))
        } catch (error) {
          log.warn({ cause: error, orderId, refundId }, 'refund did not come back')
          return refusedIfHopeless(error)
        }
      }),
  }
}
