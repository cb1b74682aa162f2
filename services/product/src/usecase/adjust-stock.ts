import type { Acting } from '@micromart/kernel'
import { RequestInvalid } from '../model/errors.ts'
import type { Stock } from '../model/ports.ts'
import { checkDelta, type StockLedger } from '../model/stock.ts'

export type Adjustment = { readonly sku: string; readonly delta: number; readonly reason: string }

const maxReason = 500

/** Adds or takes units. @throws RequestInvalid, SkuNotFound, StockBelowHeld */
export const adjustStock =
  ({ stock }: { readonly stock: Stock }) =>
  async ({ sku, delta, reason }: Adjustment, by: Acting): Promise<StockLedger> => {
    const text = reason.trim()
    if (text.length > maxReason) {
      throw new RequestInvalid('/reason', 'too_long', `has at most ${maxReason} characters`)
    }
    return stock.adjust({ sku, delta: checkDelta(delta), reason: text, by })
  }
