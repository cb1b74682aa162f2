import type { Stock } from '../model/ports.ts'
import { checkOrderId } from '../model/stock.ts'

/** Puts the sold units of an order back; one that was never claimed is released. @throws RequestInvalid */
export const returnStock =
  ({ stock }: { readonly stock: Stock }) =>
  async (orderId: string): Promise<void> =>
    stock.putBack(checkOrderId(orderId))
