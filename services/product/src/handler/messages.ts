import type {
  Category as CategoryMessage,
  Offer as OfferMessage,
  Product as ProductMessage,
  ProductSummary as SummaryMessage,
  StockMovement,
  Variant as VariantMessage,
} from '@micromart/contracts/product'
import { ProductStatus } from '@micromart/contracts/product'
import type { CategoryNode } from '../model/category.ts'
import {
  availableUnits,
  isAvailable,
  type Offer,
  priceRange,
  type Product,
  type ProductStatus as Status,
  type ProductSummary,
  type StockLevel,
  type Variant,
  variantTitle,
} from '../model/product.ts'
import type { HoldAnswer, Movement, Shortage, StockLedger } from '../model/stock.ts'

const statuses: Readonly<Record<Status, ProductStatus>> = {
  draft: ProductStatus.PRODUCT_STATUS_DRAFT,
  active: ProductStatus.PRODUCT_STATUS_ACTIVE,
  archived: ProductStatus.PRODUCT_STATUS_ARCHIVED,
}

export type Audience = 'shopper' | 'staff'

const stockMessage = ({ onHand, held }: StockLevel) => ({
  onHand: BigInt(onHand),
  held: BigInt(held),
  available: BigInt(availableUnits({ onHand, held })),
})

const variantMessage = (title: string, variant: Variant, audience: Audience): VariantMessage => ({
  id: variant.id,
  sku: variant.sku,
  title: variantTitle(title, variant.options),
  options: variant.options,
  price: variant.price,
  compareAtPrice: variant.compareAtPrice,
  available: isAvailable(variant),
  image: variant.image,
  barcode: variant.barcode,
  weightGrams: variant.weightGrams === undefined ? undefined : BigInt(variant.weightGrams),
  stock: audience === 'staff' ? stockMessage(variant.stock) : undefined,
})

/** A whole product; stock numbers are for staff. */
export const productMessage = (product: Product, audience: Audience): ProductMessage => ({
  id: product.id,
  handle: product.handle,
  title: product.title,
  description: product.description,
  brand: product.brand,
  status: statuses[product.status],
  categories: product.categories,
  tags: product.tags,
  images: product.images,
  options: product.options,
  variants: product.variants.map((variant) => variantMessage(product.title, variant, audience)),
  priceRange: priceRange(product),
  available: product.variants.some(isAvailable),
  createdAt: product.createdAt,
  updatedAt: product.updatedAt,
  version: BigInt(product.version),
})

export const summaryMessage = (summary: ProductSummary): SummaryMessage => ({
  ...summary,
  image: summary.image,
  status: statuses[summary.status],
})

export const categoryMessage = ({ children, ...category }: CategoryNode): CategoryMessage => ({
  ...category,
  children: children.map(categoryMessage),
})

export const offerMessage = ({ availableQuantity, ...offer }: Offer): OfferMessage => ({
  ...offer,
  image: offer.image,
  availableQuantity: BigInt(availableQuantity),
})

export const shortageMessages = (shortages: readonly Shortage[]) =>
  shortages.map(({ sku, available }) => ({ sku, available: BigInt(available) }))

export const holdMessage = (answer: HoldAnswer) =>
  answer.held
    ? {
        held: true,
        lines: answer.lines.map((line) => ({ ...line, quantity: BigInt(line.quantity) })),
        shortages: [],
        expiresAt: answer.expiresAt,
      }
    : {
        held: false,
        lines: [],
        shortages: shortageMessages(answer.shortages),
        expiresAt: undefined,
      }

const movementMessage = ({ delta, ...movement }: Movement): StockMovement => ({
  ...movement,
  orderId: movement.orderId,
  delta: BigInt(delta),
})

export const ledgerMessage = ({ sku, movements, ...level }: StockLedger) => ({
  sku,
  stock: stockMessage(level),
  movements: movements.map(movementMessage),
})
