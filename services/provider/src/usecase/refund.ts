import type { DeskRefund, Refund, RefundRequest } from '../model/charge.ts'
import { ChargeUnknown, RefundExceedsCharge, RefundRefused } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'

/**
 * Gives money of a charge back, once per key.
 * @throws RefundExceedsCharge, RefundRefused, IdempotencyMismatch
 */
export const refund =
  ({ refunds }: Pick<Ports, 'refunds'>) =>
  async ({ declined, ...request }: RefundRequest & { declined: boolean }): Promise<Refund> => {
    if (declined) throw new RefundRefused()
    return refunds.refund(request)
  }

/**
 * Somebody gives money back at the provider's own desk: under a key that is none of the merchant's, who hears of it by notice.
 * @throws ChargeUnknown for a reference that was never charged; RefundExceedsCharge, RefundRefused
 */
export const refundAtDesk =
  ({ charges, refunds, ids }: Pick<Ports, 'charges' | 'refunds' | 'ids'>) =>
  async ({ reference, amount }: DeskRefund): Promise<Refund> => {
    const taken = await charges.taken(reference)
    if (taken === undefined) throw new ChargeUnknown()
    const { chargeId, kept } = taken
    const given = amount ?? kept
    if (given <= 0n) throw new RefundExceedsCharge()
    return refunds.refund({ key: `desk-${ids.next()}`, chargeId, amount: given })
  }
