import type { Clock } from '@micromart/kernel'
import type { Stock } from '../model/ports.ts'
import {
  checkOrderId,
  checkTtl,
  type HoldAnswer,
  type StockLine,
  summedLines,
} from '../model/stock.ts'

export type HoldCommand = {
  readonly orderId: string
  readonly lines: readonly StockLine[]
  readonly ttlSeconds: number
}

/**
 * Holds every line of an order or none, at the shop's prices. A repeat answers the first answer's lines; an order whose
 * stock was released never reads as held. @throws RequestInvalid
 */
export const holdStock =
  ({ stock, clock }: { readonly stock: Stock; readonly clock: Clock }) =>
  async ({ orderId, lines, ttlSeconds }: HoldCommand): Promise<HoldAnswer> => {
    const expiresAt = new Date(clock.now().getTime() + checkTtl(ttlSeconds) * 1000)
    return stock.hold(checkOrderId(orderId), summedLines(lines), expiresAt)
  }
