import { lineage, type Category } from '../model/category.ts'
import { isAvailable, priceRange, type Product, type Variant } from '../model/product.ts'
import { same } from '../model/same.ts'
import { searchTexts } from '../model/search.ts'
import type {
  CategoryListingRow,
  ProductCategoryRow,
  ProductRow,
  SearchRow,
  VariantRow,
} from './rows.ts'

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

export type Tree = {
  readonly byId: ReadonlyMap<string, Category>
  readonly byHandle: ReadonlyMap<string, Category>
}

/** A product's own categories, in their order. */
export const ownCategories = (
  product: Product,
  { byHandle }: Tree,
): readonly ProductCategoryRow[] =>
  product.categories
    .flatMap(({ handle }) => byHandle.get(handle) ?? [])
    .map(({ id }, position) => ({ categoryId: id, productId: product.id, position }))

/** Where a product is listed: under its own categories and under all above them. */
export const listings = (product: Product, tree: Tree): readonly CategoryListingRow[] => {
  const own = product.categories.flatMap(({ handle }) => tree.byHandle.get(handle) ?? [])
  const above = own.flatMap((category) => lineage(category, tree.byId))
  const { id: productId, status, createdAt, title } = product
  const minPrice = priceRange(product).min.amount
  return [...new Set(above.map(({ id }) => id))].map((categoryId) => ({
    categoryId,
    productId,
    status,
    createdAt,
    minPrice,
    title,
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
