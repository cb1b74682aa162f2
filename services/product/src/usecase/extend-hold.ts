import type { Clock } from '@micromart/kernel'
import type { Stock } from '../model/ports.ts'
import { checkOrderId, checkTtl } from '../model/stock.ts'

/** Moves the end of a live hold away, never nearer. @returns false when there is none @throws RequestInvalid */
export const extendHold =
  ({ stock, clock }: { readonly stock: Stock; readonly clock: Clock }) =>
  async (orderId: string, ttlSeconds: number): Promise<boolean> =>
    stock.extend(
      checkOrderId(orderId),
      new Date(clock.now().getTime() + checkTtl(ttlSeconds) * 1000),
    )
