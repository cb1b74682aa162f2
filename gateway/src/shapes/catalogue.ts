import { z } from 'zod'
import { flag, listOf, paging, wholeIn } from './queries.ts'
import { id, line, money, time } from './texts.ts'

const image = z.object({ url: z.string(), alt: z.string() }).meta({ id: 'Image' })

export const optionValue = z
  .object({ name: z.string(), value: z.string() })
  .meta({ id: 'OptionValue' })

const variantFields = {
  id,
  sku: z.string(),
  title: z.string(),
  options: z.array(optionValue),
  price: money,
  compareAtPrice: money.nullable(),
  available: z.boolean(),
  image: z.string().nullable(),
}

const priceRange = z.object({ min: money, max: money }).meta({ id: 'PriceRange' })

const status = z.enum(['draft', 'active', 'archived'])

const productFields = {
  id,
  handle: z.string(),
  title: z.string(),
  description: z.string(),
  brand: z.string(),
  status,
  categories: z.array(z.object({ handle: z.string(), title: z.string() })),
  tags: z.array(z.string()),
  images: z.array(image),
  options: z.array(z.object({ name: z.string(), values: z.array(z.string()) })),
  priceRange: priceRange.nullable(),
  available: z.boolean(),
  createdAt: time,
  updatedAt: time,
}

const variant = z.object(variantFields).meta({ id: 'Variant' })

export const product = z
  .object({ ...productFields, variants: z.array(variant) })
  .meta({ id: 'Product' })

export const stockCount = z
  .object({ onHand: z.int(), held: z.int(), available: z.int() })
  .meta({ id: 'StockCount' })

/** What staff see of a variant beside the shopper's view. */
const adminVariant = z
  .object({
    ...variantFields,
    barcode: z.string().nullable(),
    weightGrams: z.int().nullable(),
    stock: stockCount.nullable(),
  })
  .meta({ id: 'AdminVariant' })

export const adminProduct = z
  .object({ ...productFields, variants: z.array(adminVariant) })
  .meta({ id: 'AdminProduct' })

const productSummary = z
  .object({
    id,
    handle: z.string(),
    title: z.string(),
    brand: z.string(),
    image: image.nullable(),
    priceRange: priceRange.nullable(),
    available: z.boolean(),
  })
  .meta({ id: 'ProductSummary' })

const facet = z
  .object({
    name: z.string(),
    values: z.array(z.object({ value: z.string(), label: z.string(), count: z.int() })),
  })
  .meta({ id: 'Facet' })

export const productList = listOf(productSummary)
  .extend({ facets: z.array(facet).optional() })
  .meta({ id: 'ProductList' })

export type CategoryAnswer = {
  readonly id: string
  readonly handle: string
  readonly title: string
  readonly children: readonly CategoryAnswer[]
}

export const category: z.ZodType<CategoryAnswer> = z
  .object({
    id,
    handle: z.string(),
    title: z.string(),
    get children() {
      return z.array(category)
    },
  })
  .meta({ id: 'Category' })

const sorts = ['relevance', 'newest', 'price', '-price', 'title'] as const

const filters = {
  q: line(200, 0).optional(),
  category: line(255).optional(),
  brand: line(255).optional(),
  minPrice: wholeIn(0, 1_000_000_000),
  maxPrice: wholeIn(0, 1_000_000_000),
  inStock: flag,
  sort: z.enum(sorts).optional(),
}

export const productQuery = z.object({ ...paging, ...filters, facets: flag })
export type ProductQuery = z.output<typeof productQuery>

export const adminProductQuery = z.object({ ...paging, ...filters, status: status.optional() })
