import type { Refund, RefundRequest } from '../model/charge.ts'
import { RefundRefused } from '../model/errors.ts'
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
