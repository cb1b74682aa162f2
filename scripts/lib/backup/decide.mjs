/**
 * What becomes of a charge after a restore: the provider's ledger was not restored, it is the bank's. All amounts in minor units.
 *
 * - `refund`: there is no order for it any more, the money goes back at the provider
 * - `recreate`: the order is there with its prices; its payment is made one that is under way, and the shop finds its end by asking
 * - `return`: the order is there, but this charge cannot be its payment; its payment is made an ended one, so that the shop takes
 *   the money for late and gives it back
 * - `ask`: the payment is under way, the shop asks by itself
 * - `tell`: the payment has ended otherwise than at the provider; notices of the provider say how
 * - `known`, `nothing`: both sides agree, or nothing was kept
 */

const underWay = ['charging', 'pending', 'requires_action']
const unpaid = ['PENDING', 'PAYMENT_PENDING']

/** Prices are written before anybody charges; a charge of another sum is none of this order's. */
const isPriced = (order, { captured }) =>
  unpaid.includes(order.status) && order.holdUntil !== null && order.total === captured

/**
 * @param sum the provider's ledger of one order `{ captured, refunded }`
 * @param order `{ status, total, holdUntil }`, undefined when it is not there
 * @param payment `{ status, captured, refunded }`, undefined when it is not there
 */
export const decide = ({ sum, order, payment }) => {
  const kept = sum.captured - sum.refunded
  if (order === undefined) return kept > 0 ? 'refund' : 'nothing'
  if (payment === undefined || payment.status === 'open') {
    return isPriced(order, sum) ? 'recreate' : 'return'
  }
  if (underWay.includes(payment.status)) return 'ask'
  const agrees = payment.captured === sum.captured && payment.refunded === sum.refunded
  if (agrees) return 'known'
  // Nobody ever charged it, as far as the row says: it has no amount that a notice could be measured by.
  return payment.status !== 'captured' && payment.amount === null ? 'return' : 'tell'
}
