import type { Stock } from '../model/ports.ts'
import type { StockLedger } from '../model/stock.ts'

/** A sku's numbers and the newest of its ledger. @throws SkuNotFound */
export const getStock =
  ({ stock }: { readonly stock: Stock }) =>
  async (sku: string): Promise<StockLedger> =>
    stock.ledger(sku)
