import { openedBy, type Viewer } from '../model/order.ts'
import type { Orders } from '../model/ports.ts'
import type { TimelineEntry } from '../model/timeline.ts'

/** What happened to an order, oldest first. @throws OrderNotFound also for another's */
export const getTimeline =
  ({ orders }: { readonly orders: Orders }) =>
  async (id: string, viewer: Viewer): Promise<readonly TimelineEntry[]> => {
    openedBy(await orders.byId(id), viewer)
    return orders.timeline(id)
  }
