import {
  type Category,
  type ListProductsResponse,
  type Product,
  ProductStatus,
  type ProductSummary,
  type Stock,
  type Variant,
} from '@micromart/contracts/product'
import type { CategoryAnswer } from '../shapes/catalogue.ts'
import { count, moneyAnswer, moneyOrNull, timeAnswer } from './money.ts'

const statusNames = {
  [ProductStatus.PRODUCT_STATUS_UNSPECIFIED]: 'draft',
  [ProductStatus.PRODUCT_STATUS_DRAFT]: 'draft',
  [ProductStatus.PRODUCT_STATUS_ACTIVE]: 'active',
  [ProductStatus.PRODUCT_STATUS_ARCHIVED]: 'archived',
} as const

const statusValues = {
  draft: ProductStatus.PRODUCT_STATUS_DRAFT,
  active: ProductStatus.PRODUCT_STATUS_ACTIVE,
  archived: ProductStatus.PRODUCT_STATUS_ARCHIVED,
} as const

/** @param otherwise for a status that was not given */
export const productStatus = (
  name: keyof typeof statusValues | undefined,
  otherwise: ProductStatus = ProductStatus.PRODUCT_STATUS_UNSPECIFIED,
): ProductStatus => (name ? statusValues[name] : otherwise)

const range = ({ priceRange }: Pick<Product, 'priceRange'>) =>
  priceRange ? { min: moneyAnswer(priceRange.min), max: moneyAnswer(priceRange.max) } : null

const variantAnswer = (variant: Variant) => ({
  id: variant.id,
  sku: variant.sku,
  title: variant.title,
  options: variant.options.map(({ name, value }) => ({ name, value })),
  price: moneyAnswer(variant.price),
  compareAtPrice: moneyOrNull(variant.compareAtPrice),
  available: variant.available,
  image: variant.image ?? null,
})

export const stockCounts = (stock: Stock) => ({
  onHand: count(stock.onHand),
  held: count(stock.held),
  available: count(stock.available),
})

const adminVariantAnswer = (variant: Variant) => ({
  ...variantAnswer(variant),
  barcode: variant.barcode ?? null,
  weightGrams: variant.weightGrams === undefined ? null : count(variant.weightGrams),
  stock: variant.stock ? stockCounts(variant.stock) : null,
})

const withVariants = <V>(product: Product, variants: readonly V[]) => ({
  id: product.id,
  handle: product.handle,
  title: product.title,
  description: product.description,
  brand: product.brand,
  status: statusNames[product.status],
  categories: product.categories.map(({ handle, title }) => ({ handle, title })),
  tags: product.tags,
  images: product.images.map(({ url, alt }) => ({ url, alt })),
  options: product.options.map(({ name, values }) => ({ name, values })),
  variants,
  priceRange: range(product),
  available: product.available,
  createdAt: timeAnswer(product.createdAt),
  updatedAt: timeAnswer(product.updatedAt),
})

/** A product as shoppers see it: availability, no numbers of stock. */
export const productAnswer = (product: Product) =>
  withVariants(product, product.variants.map(variantAnswer))

/** A product as staff see it. */
export const adminProductAnswer = (product: Product) =>
  withVariants(product, product.variants.map(adminVariantAnswer))

const summaryAnswer = (product: ProductSummary) => ({
  id: product.id,
  handle: product.handle,
  title: product.title,
  brand: product.brand,
  image: product.image ? { url: product.image.url, alt: product.image.alt } : null,
  priceRange: range(product),
  available: product.available,
})

const facetsAnswer = (facets: ListProductsResponse['facets']) =>
  facets.map(({ name, values }) => ({
    name,
    values: values.map(({ value, label, count: found }) => ({ value, label, count: count(found) })),
  }))

/** @param withFacets whether they were asked for: an empty list differs from none */
export const productListAnswer = (page: ListProductsResponse, withFacets: boolean) => ({
  items: page.items.map(summaryAnswer),
  nextCursor: page.nextCursor ?? null,
  ...(withFacets && { facets: facetsAnswer(page.facets) }),
})

export const categoryAnswer = (category: Category): CategoryAnswer => ({
  id: category.id,
  handle: category.handle,
  title: category.title,
  children: category.children.map(categoryAnswer),
})
