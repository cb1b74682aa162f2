import type { Orders } from '../model/ports.ts'

/** An erased account's orders lose e-mail, name and address; what was bought for how much stays. */
export const forgetShopper =
  ({ orders }: { readonly orders: Orders }) =>
  (userId: string, eventId: string): Promise<void> =>
    orders.forget(userId, eventId)
