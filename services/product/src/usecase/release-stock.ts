import type { Stock } from '../model/ports.ts'
import { checkOrderId } from '../model/stock.ts'

/** Frees a hold for good; a later hold of this order is refused, also when none was known. @throws RequestInvalid */
export const releaseStock =
  ({ stock }: { readonly stock: Stock }) =>
  async (orderId: string): Promise<void> =>
    stock.release(checkOrderId(orderId))
