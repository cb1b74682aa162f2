import { fromJson, marks, select } from '@micromart/store'
import type { DataSource } from 'typeorm'
import type { Offer, OptionValue } from '../model/product.ts'
import type { Row } from './product-read.ts'

const offerOf = (row: Row): Offer => ({
  sku: String(row['sku']),
  productId: String(row['productId']),
  handle: String(row['handle']),
  title: String(row['title']),
  options: fromJson<readonly OptionValue[]>(row['options']),
  image: (row['image'] as string | null) ?? undefined,
  price: { amount: BigInt(String(row['price'])), currency: String(row['currency']) },
  availableQuantity: Number(row['available']),
})

/** What buyers need to know of these skus now, in one query. Unknown skus and products that are not active are left out. */
export const findOffers = async (
  db: DataSource,
  skus: readonly string[],
): Promise<readonly Offer[]> => {
  if (skus.length === 0) return []
  const rows = await select(
    db,
    `SELECT v.sku, v.product_id AS productId, p.handle, p.title, v.options,
            COALESCE(v.image, p.first_image) AS image, v.price, p.currency,
            COALESCE(s.on_hand - s.held, 0) AS available
     FROM variants v JOIN products p ON p.id = v.product_id LEFT JOIN stock s ON s.sku = v.sku
     WHERE v.sku IN (${marks(skus)}) AND p.status = 'active'`,
    skus,
  )
  return rows.map(offerOf)
}
