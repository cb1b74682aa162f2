import { keptOf, type Order } from './order.ts'
import { ownRefund, type Refund, takesAllBack } from './refund.ts'
import { cameToNothing } from './status.ts'

/** What is known as an ended order is looked at for what it still owes. */
type Known = {
  readonly at: Date
  /** All refunds of the order. */
  readonly refunds: readonly Refund[]
  /** Names the next one when the order's own id is taken. */
  readonly nextId: string
  /** Asks for money again although it was asked for before: the provider's desk has changed how much it is. */
  readonly again: boolean
}

/**
 * What an order that came to nothing still owes, with no refund on its way: money, and a cancelled one its goods. Asked for by
 * itself once, and once more for each time that the provider's desk made another sum of it.
 */
export const stillOwed = (
  order: Order,
  { at, refunds, nextId, again }: Known,
): Refund | undefined => {
  if (order.openRefund !== undefined || !cameToNothing(order.status)) return undefined
  const isFirst = refunds.every(({ id }) => id !== order.id)
  const isCancelled = order.status === 'CANCELLED'
  const goods = isCancelled && !refunds.some(takesAllBack)
  const money = keptOf(order).amount > 0n && (again || (isCancelled && isFirst))
  if (!goods && !money) return undefined
  const reason = isCancelled ? 'Order cancelled' : 'What is left after a refund at the provider'
  const own = ownRefund(order, at, reason, goods)
  return isFirst ? own : { ...own, id: nextId }
}
