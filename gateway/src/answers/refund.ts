import type { Refund, RefundOrderRequest } from '@micromart/contracts/order'
import type { RefundIn } from '../shapes/refund.ts'
import { moneyAnswer, moneyMessage, present, timeAnswer } from './money.ts'

/** Members always in this order: a replay must be the same bytes. */
export const refundAnswer = (message: Refund | undefined) => {
  const refund = present(message)
  return {
    id: refund.id,
    orderId: refund.orderId,
    amount: moneyAnswer(refund.amount),
    lines: refund.lines.map(({ sku, quantity }) => ({ sku, quantity })),
    reason: refund.reason,
    status: refund.status,
    createdAt: timeAnswer(refund.createdAt),
    updatedAt: timeAnswer(refund.updatedAt),
  }
}

/** A refund that staff asked for, for the wire. */
export const refundMessage = (id: string, sent: RefundIn): RefundOrderRequest => ({
  id,
  amount: sent.amount && moneyMessage(sent.amount),
  lines: sent.lines ?? [],
  reason: sent.reason,
  restock: sent.restock ?? false,
})
