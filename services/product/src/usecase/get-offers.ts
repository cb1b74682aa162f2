import { RequestInvalid } from '../model/errors.ts'
import type { Stock } from '../model/ports.ts'
import type { Offer } from '../model/product.ts'

const maxSkus = 500

/** Present price and availability by sku; unknown or withdrawn skus are left out. @throws RequestInvalid */
export const getOffers =
  ({ stock }: { readonly stock: Stock }) =>
  async (skus: readonly string[]): Promise<readonly Offer[]> => {
    const wanted = [...new Set(skus)]
    if (wanted.length > maxSkus) {
      throw new RequestInvalid('/skus', 'too_many', `has at most ${maxSkus} entries`)
    }
    return stock.offers(wanted)
  }
