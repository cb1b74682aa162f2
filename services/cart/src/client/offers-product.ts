import type { Offer as OfferMessage, ProductServiceService } from '@micromart/contracts/product'
import type { RpcClient } from '@micromart/dapr'
import type { Offer } from '../model/cart.ts'
import type { OfferSource } from '../model/ports.ts'

type Product = Pick<RpcClient<typeof ProductServiceService>, 'getOffers'>

/** An offer without a price cannot be sold: it is treated as none. */
const offersOf = ({ price, ...message }: OfferMessage): readonly Offer[] => {
  if (!price) return []
  const { sku, productId, handle, title, options, image } = message
  const availableQuantity = Number(message.availableQuantity)
  return [{ sku, productId, handle, title, options, image, price, availableQuantity }]
}

/** Offers from the product service. */
export const offersProduct = (product: Product): OfferSource => ({
  of: async (skus) => {
    const { offers } = await product.getOffers({ skus })
    return new Map(offers.flatMap(offersOf).map((offer) => [offer.sku, offer]))
  },
})
