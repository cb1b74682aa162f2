import type { Stock } from '../model/ports.ts'
import { checkOrderId, type ClaimAnswer } from '../model/stock.ts'

/** Turns a hold into a sale. A lapsed one takes its units again if all are there. @throws RequestInvalid */
export const claimStock =
  ({ stock }: { readonly stock: Stock }) =>
  async (orderId: string): Promise<ClaimAnswer> =>
    stock.claim(checkOrderId(orderId))
