import { lineage, type Category } from '../model/category.ts'
import { isAvailable, priceRange, type Product, type Variant } from '../model/product.ts'
import { same } from '../model/same.ts'
import { searchTexts } from '../model/search.ts'
import type { ProductCategoryRow, ProductRow, SearchRow, VariantRow } from './rows.ts'

/** The product's own row, copies for the lists included. */
export const productRow = (product: Product): ProductRow => {
  const { min, max } = priceRange(product)
  const [first] = product.images
  const { categories: _, variants, ...own } = product
  return {
    ...own,
    currency: min.currency,
    firstImage: first?.url ?? null,
    firstAlt: first?.alt ?? null,
    minPrice: min.amount,
    maxPrice: max.amount,
    available: Number(variants.some(isAvailable)),
  }
}

export const variantRow = (productId: string, variant: Variant, position: number): VariantRow => ({
  id: variant.id,
  productId,
  position,
  sku: variant.sku,
  options: variant.options,
  price: variant.price.amount,
  compareAtPrice: variant.compareAtPrice?.amount ?? null,
  barcode: variant.barcode ?? null,
  weightGrams: variant.weightGrams ?? null,
  image: variant.image ?? null,
})

/** Under its own categories in their order, and under all above them. */
export const categoryPlaces = (
  product: Product,
  categories: ReadonlyMap<string, Category>,
  byHandle: ReadonlyMap<string, Category>,
): readonly ProductCategoryRow[] => {
  const places = new Map<string, number | null>()
  const own = product.categories.flatMap(({ handle }) => byHandle.get(handle) ?? [])
  for (const { id } of own.flatMap((category) => lineage(category, categories)))
    places.set(id, null)
  for (const [position, { id }] of own.entries()) places.set(id, position)
  return [...places].map(([categoryId, position]) => ({
    categoryId,
    productId: product.id,
    position,
  }))
}

export const searchRow = (product: Product): SearchRow => ({
  productId: product.id,
  ...searchTexts(product),
})

/** How an existing product's variants change. A variant is known by its id. */
export const variantChanges = (before: Product, after: Product) => {
  const present = new Map(
    before.variants.map((variant, at) => [variant.id, variantRow(before.id, variant, at)]),
  )
  const wanted = after.variants.map((variant, at) => ({
    variant,
    row: variantRow(after.id, variant, at),
  }))
  const kept = new Set(wanted.map(({ row }) => row.id))
  return {
    removed: before.variants.filter(({ id }) => !kept.has(id)),
    added: wanted.filter(({ row }) => !present.has(row.id)),
    changed: wanted.filter(({ row }) => {
      const known = present.get(row.id)
      return known !== undefined && !same(known, row)
    }),
  }
}
