import type { Clock } from '@micromart/kernel'
import type { Background, Orders } from '../model/ports.ts'

type Deps = { readonly orders: Orders; readonly background: Background; readonly clock: Clock }

/** Something is said to have happened to an order's money: the sweep that asks payment comes at once, not in its time. */
export const hastenOrder =
  ({ orders, background, clock }: Deps, sweep: () => Promise<void>) =>
  async (orderId: string, eventId: string): Promise<void> => {
    if (await orders.hasten(orderId, eventId, clock.now())) background.run(sweep)
  }
