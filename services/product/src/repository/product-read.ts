import { fromJson, marks, select } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import type {
  CategoryRef,
  Image,
  Option,
  OptionValue,
  Product,
  ProductStatus,
  Variant,
} from '../model/product.ts'

/** A row as the driver answers it. */
export type Row = Readonly<Record<string, unknown>>

/** A product with its own categories; its variants come by a second query, for all products at once. */
export const wholeColumns = `p.id, p.handle, p.title, p.brand, p.status, p.currency, p.version,
  p.created_at AS createdAt, p.updated_at AS updatedAt, p.tags, p.images, p.options, p.description,
  (SELECT JSON_ARRAYAGG(JSON_OBJECT('handle', oc.handle, 'title', oc.title, 'position', opc.position))
   FROM product_categories opc JOIN categories oc ON oc.id = opc.category_id
   WHERE opc.product_id = p.id) AS categories`

type CategoryPlace = CategoryRef & { readonly position: number }

const categoriesOf = (value: unknown): readonly CategoryRef[] =>
  (fromJson<readonly CategoryPlace[] | null>(value) ?? [])
    .toSorted((left, right) => left.position - right.position)
    .map(({ handle, title }) => ({ handle, title }))

const productOf = (row: Row, variants: readonly Variant[]): Product => ({
  id: String(row['id']),
  handle: String(row['handle']),
  title: String(row['title']),
  description: String(row['description']),
  brand: String(row['brand']),
  status: row['status'] as ProductStatus,
  categories: categoriesOf(row['categories']),
  tags: fromJson<readonly string[]>(row['tags']),
  images: fromJson<readonly Image[]>(row['images']),
  options: fromJson<readonly Option[]>(row['options']),
  variants,
  createdAt: row['createdAt'] as Date,
  updatedAt: row['updatedAt'] as Date,
  version: Number(row['version']),
})

const optional = <T>(value: unknown, read: (text: string) => T): T | undefined =>
  value === null || value === undefined ? undefined : read(String(value))

const variantOf = (row: Row, currency: string): Variant => ({
  id: String(row['id']),
  sku: String(row['sku']),
  options: fromJson<readonly OptionValue[]>(row['options']),
  price: { amount: BigInt(String(row['price'])), currency },
  compareAtPrice: optional(row['compareAtPrice'], (text) => ({ amount: BigInt(text), currency })),
  barcode: optional(row['barcode'], String),
  weightGrams: optional(row['weightGrams'], Number),
  image: optional(row['image'], String),
  stock: { onHand: Number(row['onHand'] ?? 0), held: Number(row['held'] ?? 0) },
})

/**
 * Adds the variants. They are read after the products: a version may then be older than what it names, never newer, so a
 * cached answer is asked for again and not kept wrongly.
 */
export const withVariants = async (
  db: DataSource | EntityManager,
  rows: readonly Row[],
): Promise<readonly Product[]> => {
  if (rows.length === 0) return []
  const ids = rows.map((row) => row['id'])
  const variants = await select(
    db,
    `SELECT v.id, v.product_id AS productId, v.sku, v.options, v.price,
            v.compare_at_price AS compareAtPrice, v.barcode, v.weight_grams AS weightGrams, v.image,
            s.on_hand AS onHand, s.held
     FROM variants v LEFT JOIN stock s ON s.sku = v.sku
     WHERE v.product_id IN (${marks(ids)}) ORDER BY v.product_id, v.position`,
    ids,
  )
  const byProduct = Map.groupBy(variants, (row) => row['productId'])
  return rows.map((row) => {
    const own = byProduct.get(row['id']) ?? []
    return productOf(
      row,
      own.map((variant) => variantOf(variant, String(row['currency']))),
    )
  })
}

/** Whole products by a condition on `p`, at most two queries. */
export const findWhole = async (
  db: DataSource | EntityManager,
  condition: string,
  values: readonly unknown[],
): Promise<readonly Product[]> =>
  withVariants(
    db,
    await select(db, `SELECT ${wholeColumns} FROM products p WHERE ${condition}`, values),
  )
