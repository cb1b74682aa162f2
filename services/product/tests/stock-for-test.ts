import { systemIds } from '@micromart/kernel'
import { aVariant, createProduct, type Shop } from './start-for-test.ts'

export const line = (sku: string, quantity: number) => ({ sku, quantity: BigInt(quantity) })

export type Line = ReturnType<typeof line>

/** What tests of stock do again and again. */
export const stockOf = (shop: () => Shop) => {
  /** A product with one variant and so many units. */
  const shelf = async (stock: number) => {
    const product = await createProduct(shop(), { variants: [aVariant({ stock: BigInt(stock) })] })
    const sku = product.variants[0]?.sku ?? ''
    return { product, sku }
  }
  const hold = (orderId: string, lines: Line[], ttlSeconds = 900) =>
    shop().shopper.holdStock({ orderId, lines, ttlSeconds })
  const numbers = async (sku: string) => {
    const { stock } = await shop().staff.getStock({ sku })
    return { onHand: Number(stock?.onHand), held: Number(stock?.held) }
  }
  /** So many units of so large a shelf, held by an order. */
  const held = async (units: number, stock = 10, ttlSeconds = 900) => {
    const { sku, product } = await shelf(stock)
    const orderId = systemIds.next()
    await hold(orderId, [line(sku, units)], ttlSeconds)
    return { sku, product, orderId }
  }
  return { shelf, hold, numbers, held }
}
