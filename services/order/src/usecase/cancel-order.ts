import type { Clock, Log } from '@micromart/kernel'
import { limits } from '../model/limits.ts'
import { openedBy, type Order, type Viewer } from '../model/order.ts'
import type { Background, Orders } from '../model/ports.ts'
import { cancelled } from '../model/refund-change.ts'
import type { PayOut } from './pay-out.ts'

type Deps = {
  readonly orders: Orders
  readonly background: Background
  readonly clock: Clock
  readonly log: Log
}

/**
 * Cancels a paid order before shipping. CANCELLED is written first; refund and restock follow at once, and go on behind
 * the answer when they take long. A cancelled order stays as it is: repeats are harmless.
 * @throws OrderNotFound, IllegalMove
 */
export const cancelOrder = ({ orders, background, clock, log }: Deps, payOut: PayOut) => {
  const refund = (order: Order) =>
    payOut(order).catch((cause: unknown) => {
      log.warn({ cause, orderId: order.id }, 'refund left to the sweeper')
      return order
    })

  const cancel = async (id: string, viewer: Viewer): Promise<Order> => {
    const order = openedBy(await orders.byId(id), viewer)
    if (order.status === 'CANCELLED') return order
    const saved = await orders.save(cancelled(order, clock.now(), 'shopper'))
    if (!saved) return cancel(id, viewer) // somebody was faster: decide anew
    return (await background.within(limits.refundPatience, () => refund(saved))) ?? saved
  }
  return cancel
}
