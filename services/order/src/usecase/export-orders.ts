import type { Order } from '../model/order.ts'
import type { Orders, PaymentRecord, Payments } from '../model/ports.ts'
import type { Refund } from '../model/refund.ts'
import type { ToldEntry } from '../model/timeline.ts'

type Deps = { readonly orders: Orders; readonly payments: Payments }

/** Everything that is kept of an order. */
export type WholeOrder = {
  readonly order: Order
  readonly timeline: readonly ToldEntry[]
  readonly refunds: readonly Refund[]
  readonly payment: PaymentRecord | undefined
}

const pageSize = 100

/** A member's orders, newest first, a page of them in memory. @throws DomainError unavailable while payment is away */
export const exportOrders = ({ orders, payments }: Deps) =>
  async function* whole(userId: string): AsyncGenerator<WholeOrder> {
    for (let cursor: string | undefined, more = true; more;) {
      const page = await orders.list({ userId }, { limit: pageSize, cursor })
      const records = await payments.records(page.items.map(({ id }) => id))
      const byOrder = new Map(records.map((record) => [record.orderId, record]))
      for (const order of page.items) {
        const [timeline, refunds] = await Promise.all([
          orders.timeline(order.id),
          orders.refunds(order.id),
        ])
        yield { order, timeline, refunds, payment: byOrder.get(order.id) }
      }
      cursor = page.nextCursor
      more = cursor !== undefined
    }
  }
