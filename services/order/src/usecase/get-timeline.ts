import { heldFirst } from '../model/change.ts'
import { openedBy, type Viewer } from '../model/order.ts'
import type { Orders } from '../model/ports.ts'
import type { ToldEntry } from '../model/timeline.ts'

/** What happened to an order, oldest first. @throws OrderNotFound also for another's */
export const getTimeline =
  ({ orders }: { readonly orders: Orders }) =>
  async (id: string, viewer: Viewer): Promise<readonly ToldEntry[]> => {
    const order = openedBy(await orders.byId(id), viewer)
    const entries = await orders.timeline(id)
    // A step written since the order was read has brought its `stock.held` along.
    const isAsRead = entries.every(({ event }) => event === 'order.placed')
    if (!isAsRead) return entries
    // It has no place of its own yet: who resumes after it must be told of it when it is written.
    const seq = entries.at(-1)?.seq ?? 0n
    return [...entries, ...heldFirst(order).map((entry) => ({ ...entry, seq }))]
  }
