import type {
  HeldLine as HeldLineMessage,
  ProductServiceService,
} from '@micromart/contracts/product'
import type { RpcClient } from '@micromart/dapr'
import { DomainError } from '@micromart/kernel'
import { limits } from '../model/limits.ts'
import type { Stock } from '../model/ports.ts'
import type { HeldLine } from '../model/stock.ts'
import { apart } from './apart.ts'

const ttlSeconds = limits.hold / 1000

/** What an order keeps of a product's title with its options. */
const longestTitle = 512

const heldLine = ({ sku, quantity, title, unitPrice }: HeldLineMessage): HeldLine => {
  if (!unitPrice) throw new DomainError('internal', 'price_missing', { sku })
  return { sku, quantity: Number(quantity), title: title.slice(0, longestTitle), unitPrice }
}

/** Product's stock and holds. */
export const stockRpc = (product: RpcClient<ProductServiceService>): Stock => ({
  hold: (orderId, lines) =>
    apart(async () => {
      const wanted = lines.map(({ sku, quantity }) => ({ sku, quantity: BigInt(quantity) }))
      const answer = await product.holdStock({ orderId, lines: wanted, ttlSeconds })
      if (answer.held) return { held: true, lines: answer.lines.map(heldLine) }
      const shortages = answer.shortages.map(({ sku, available }) => ({
        sku,
        available: Number(available),
      }))
      return { held: false, shortages }
    }),
  extend: async (orderId) => {
    await apart(() => product.extendHold({ orderId, ttlSeconds }))
  },
  claim: async (orderId) => (await apart(() => product.claimStock({ orderId }))).claimed,
  release: async (orderId) => {
    await apart(() => product.releaseStock({ orderId }))
  },
  giveBack: async (orderId, some) => {
    const units = some?.lines.map(({ sku, quantity }) => ({ sku, quantity: BigInt(quantity) }))
    const request = { orderId, returnId: some?.id ?? '', lines: units ?? [] }
    await apart(() => product.returnStock(request))
  },
})
