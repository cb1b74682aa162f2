import type { Offer as OfferMessage, ProductServiceService } from '@micromart/contracts/product'
import { callContext, type RpcClient, runInContext } from '@micromart/dapr'
import type { Offer, Offers } from '../model/cart.ts'
import type { OfferSource } from '../model/ports.ts'
import { gathering } from './gathering.ts'

type Product = Pick<RpcClient<typeof ProductServiceService>, 'getOffers'>

/** Product answers 500 at once. */
const mostSkus = 500

/** An offer without a price cannot be sold: it is treated as none. */
const offersOf = ({ price, ...message }: OfferMessage): readonly Offer[] => {
  if (!price) return []
  const { sku, productId, handle, title, options, image } = message
  const availableQuantity = Number(message.availableQuantity)
  return [{ sku, productId, handle, title, options, image, price, availableQuantity }]
}

/** Offers from the product service. Shoppers who ask at the same time share a call: by far most of its cost is being a call. */
export const offersProduct = (product: Product): OfferSource => {
  const ask = async (skus: readonly string[]): Promise<Offers> => {
    const { offers } = await product.getOffers({ skus: [...skus] })
    return new Map(offers.flatMap(offersOf).map((offer) => [offer.sku, offer]))
  }
  // The first one's trace, but not its deadline: the call is for others, too, and they stay when it goes.
  const askForAll = (skus: readonly string[]) =>
    runInContext({ requestId: callContext.getStore()?.requestId }, () => ask(skus))
  return { of: gathering(askForAll, mostSkus) }
}
