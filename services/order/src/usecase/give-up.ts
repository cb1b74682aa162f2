import { DomainError, type Log } from '@micromart/kernel'
import type { Change } from '../model/change.ts'
import type { Order } from '../model/order.ts'
import type { Background, Orders, Payments, Stock } from '../model/ports.ts'
import type { Settle } from './settle.ts'

/** How an attempt wants to end its order. */
type End = {
  readonly change: Change
  /** What the shopper is told. */
  readonly refusal: unknown
  /** Whether product may hold goods for it. */
  readonly holds: boolean
  /** Whether an attempt before this one may have charged. */
  readonly mayBeCharged: boolean
}

/**
 * Ends an order on which this attempt charged nothing.
 * @returns the order, when an attempt before it did: what payment says of that comes first
 * @throws the refusal; unavailable while payment or product can't be asked, or another goes on with the order: it stays PENDING
 */
export type GiveUp = (order: Order, end: End) => Promise<Order>

type Deps = {
  readonly stock: Stock
  readonly payments: Payments
  readonly orders: Orders
  readonly background: Background
  readonly log: Log
}

/** Stock is released, and the key freed, only when nothing can be charged any more. */
export const giveUp = (
  { stock, payments, orders, background, log }: Deps,
  settle: Settle,
): GiveUp => {
  const leave = ({ id: orderId }: Order, cause?: unknown): DomainError => {
    log.warn({ cause, orderId }, 'the end of an order is left to the sweeper')
    return new DomainError('unavailable', 'dependency_unavailable', {}, { cause })
  }

  const undo = async (order: Order, { change, holds }: End): Promise<void> => {
    const release = holds ? stock.release(order.id) : undefined
    await release?.catch((cause: unknown) => {
      throw leave(order, cause)
    })
    if (!(await orders.save(change))) throw leave(order)
    // Nothing is held: it leaves the mark that a hold still on its way obeys.
    if (!holds) background.run(() => stock.release(order.id))
  }

  const undoIfUnpaid = async (order: Order, end: End): Promise<Order> => {
    const charge = await payments.cancel(order.id).catch((cause: unknown) => {
      throw leave(order, cause)
    })
    switch (charge.outcome) {
      case 'cancelled':
        await undo(order, end)
        throw end.refusal
      case 'captured':
      case 'declined':
        return settle(order, charge)
      default:
        throw leave(order) // not known yet
    }
  }

  return async (order, end) => {
    if (end.mayBeCharged) return undoIfUnpaid(order, end)
    await undo(order, end)
    background.run(() => payments.cancel(order.id)) // nobody charges it now: not waited for
    throw end.refusal
  }
}
