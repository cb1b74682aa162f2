import type { Acting, Clock, Log } from '@micromart/kernel'
import { OrderNotFound } from '../model/errors.ts'
import { limits } from '../model/limits.ts'
import type { Order } from '../model/order.ts'
import type { Background, Orders } from '../model/ports.ts'
import { plannedRefund, type Refund, type RefundWish } from '../model/refund.ts'
import { refundOpened } from '../model/refund-change.ts'
import { audited } from '../model/staff-audit.ts'
import type { PayOut } from './pay-out.ts'

type Deps = {
  readonly orders: Orders
  readonly background: Background
  readonly clock: Clock
  readonly log: Log
}

/** The refund, and its order after it. */
export type Refunded = { readonly refund: Refund; readonly order: Order }

type Command = {
  readonly orderId: string
  /** The same for every attempt of one request: a crashed one is gone on with. */
  readonly refundId: string
  readonly wish: RefundWish
  readonly by: Acting
}

/**
 * Gives money back for paid goods: whole, by amount, or by line. Written before the provider is asked; the answer waits a
 * little for its word, then the refund goes on behind it.
 * @throws OrderNotFound, IllegalMove, RefundExceedsPaid, RefundExceedsLine, RefundInProgress; invalid `refund_currency`
 */
export const refundOrder = ({ orders, background, clock, log }: Deps, payOut: PayOut) => {
  const open = async (command: Command): Promise<Order> => {
    const { orderId, refundId, wish, by } = command
    const order = await orders.byId(orderId)
    if (!order) throw new OrderNotFound()
    const earlier = await orders.refunds(orderId)
    if (earlier.some(({ id }) => id === refundId)) return order
    const at = clock.now()
    const refund = plannedRefund(order, earlier, { id: refundId, wish, at })
    const change = audited(refundOpened(order, refund, at), 'order.refund', by)
    return (await orders.save(change)) ?? open(command) // somebody was faster: decide anew
  }

  return async (command: Command): Promise<Refunded> => {
    const order = await open(command)
    const paying = () =>
      payOut(order).catch((cause: unknown) => {
        log.warn({ cause, orderId: order.id }, 'refund left to the sweeper')
        return order
      })
    const after = (await background.within(limits.refundPatience, paying)) ?? order
    const refunds = await orders.refunds(order.id)
    const refund = refunds.find(({ id }) => id === command.refundId)
    if (!refund) throw new OrderNotFound()
    return { refund, order: after }
  }
}
