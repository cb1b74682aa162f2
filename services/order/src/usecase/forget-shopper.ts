import type { Clock } from '@micromart/kernel'
import type { Orders } from '../model/ports.ts'

/** An erased account's orders lose e-mail, name and address; what was bought for how much stays. It buys no more. */
export const forgetShopper =
  ({ orders, clock }: { readonly orders: Orders; readonly clock: Clock }) =>
  (userId: string, eventId: string): Promise<void> =>
    orders.forget(userId, eventId, clock.now())
