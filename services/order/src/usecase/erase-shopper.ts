import type { Clock, Erased } from '@micromart/kernel'
import type { Order, Viewer } from '../model/order.ts'
import type { Background, Orders } from '../model/ports.ts'

type Deps = {
  readonly orders: Orders
  readonly background: Background
  readonly clock: Clock
}

type Cancel = (id: string, viewer: Viewer) => Promise<Order>

const kept = ['order numbers', 'lines', 'amounts', 'times', 'refunds'] as const

/**
 * An erased account's orders lose e-mail, name, address and what staff wrote; what was bought for how much stays. What has not
 * left the house cannot be sent any more: it is cancelled and paid back. The account buys no more.
 * @param eventId of the event that told of it, if one did
 */
export const eraseShopper =
  ({ orders, background, clock }: Deps, cancel: Cancel) =>
  async (userId: string, eventId?: string): Promise<Erased> => {
    const { ids, unshipped, isSettled } = await orders.erase(userId, clock.now(), eventId)
    const viewer = { userId, holdsToken: false }
    for (const id of unshipped) background.run(() => cancel(id, viewer))
    return { done: isSettled, records: { orders: ids }, kept }
  }
