import { heldFirst } from '../model/change.ts'
import { openedBy, type Viewer } from '../model/order.ts'
import type { Orders } from '../model/ports.ts'
import type { TimelineEntry } from '../model/timeline.ts'

/** What happened to an order, oldest first. @throws OrderNotFound also for another's */
export const getTimeline =
  ({ orders }: { readonly orders: Orders }) =>
  async (id: string, viewer: Viewer): Promise<readonly TimelineEntry[]> => {
    const order = openedBy(await orders.byId(id), viewer)
    const entries = await orders.timeline(id)
    // A step written since the order was read has brought its `stock.held` along.
    const isAsRead = entries.every(({ event }) => event === 'order.placed')
    return isAsRead ? [...entries, ...heldFirst(order)] : entries
  }
