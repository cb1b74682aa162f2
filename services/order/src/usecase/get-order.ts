import { openedBy, type Order, type Viewer } from '../model/order.ts'
import type { Orders } from '../model/ports.ts'

/** One order of its owner. @throws OrderNotFound also for another's */
export const getOrder =
  ({ orders }: { readonly orders: Orders }) =>
  async (id: string, viewer: Viewer): Promise<Order> =>
    openedBy(await orders.byId(id), viewer)
