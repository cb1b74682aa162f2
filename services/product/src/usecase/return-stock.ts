import { RequestInvalid } from '../model/errors.ts'
import type { Stock } from '../model/ports.ts'
import { checkOrderId, type StockLine, summedLines } from '../model/stock.ts'
import { checkReturnId } from '../model/stock-return.ts'

export type ReturnCommand = {
  readonly orderId: string
  /** Empty: the whole order. */
  readonly returnId: string
  readonly lines: readonly StockLine[]
}

/**
 * Puts the sold units of an order back on the shelf, all that are left or some of them; frees the hold of one that was never
 * claimed when it is the whole order. @throws RequestInvalid, ReturnExceedsSale, ReturnMismatch, SaleNotClaimed
 */
export const returnStock =
  ({ stock }: { readonly stock: Stock }) =>
  async ({ orderId, returnId, lines }: ReturnCommand): Promise<void> => {
    const order = checkOrderId(orderId)
    if (returnId !== '') {
      await stock.returnSome(order, { id: checkReturnId(returnId), lines: summedLines(lines) })
    } else if (lines.length > 0) {
      throw new RequestInvalid('/returnId', 'required', 'names the return of some lines')
    } else await stock.putBack(order)
  }
