import type { Clock } from '@micromart/kernel'
import { claimed } from '../model/change.ts'
import type { Order } from '../model/order.ts'
import type { Orders, Stock } from '../model/ports.ts'
import { unclaimable } from '../model/refund-change.ts'
import type { PayOut } from './pay-out.ts'

/** Turns a paid order's hold into a sale; without goods the shop cancels and pays back. */
export type ClaimStock = (order: Order) => Promise<void>

type Deps = { readonly stock: Stock; readonly orders: Orders; readonly clock: Clock }

export const claimStock =
  ({ stock, orders, clock }: Deps, payOut: PayOut): ClaimStock =>
  async (order) => {
    if (await stock.claim(order.id)) {
      await orders.save(claimed(order, clock.now()))
      return
    }
    const cancelled = await orders.save(unclaimable(order, clock.now()))
    if (cancelled) await payOut(cancelled)
  }
