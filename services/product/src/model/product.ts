import type { Money } from '@micromart/kernel'

export type ProductStatus = 'draft' | 'active' | 'archived'

export type Image = { readonly url: string; readonly alt: string }
export type Option = { readonly name: string; readonly values: readonly string[] }
export type OptionValue = { readonly name: string; readonly value: string }
export type CategoryRef = { readonly handle: string; readonly title: string }

/** Units on hand and those of them that orders hold. */
export type StockLevel = { readonly onHand: number; readonly held: number }

export type Variant = {
  readonly id: string
  readonly sku: string
  readonly options: readonly OptionValue[]
  readonly price: Money
  readonly compareAtPrice: Money | undefined
  readonly barcode: string | undefined
  readonly weightGrams: number | undefined
  readonly image: string | undefined
  readonly stock: StockLevel
}

export type Product = {
  readonly id: string
  readonly handle: string
  readonly title: string
  /** Cleaned HTML. */
  readonly description: string
  readonly brand: string
  readonly status: ProductStatus
  /** The first one is the category that the CSV names. */
  readonly categories: readonly CategoryRef[]
  readonly tags: readonly string[]
  readonly images: readonly Image[]
  readonly options: readonly Option[]
  /** At least one. */
  readonly variants: readonly Variant[]
  readonly createdAt: Date
  readonly updatedAt: Date
  /** Grows with each change that a merchandiser makes; sales leave it as it is. */
  readonly version: number
}

export type PriceRange = { readonly min: Money; readonly max: Money }

/** What a list shows of a product. */
export type ProductSummary = {
  readonly id: string
  readonly handle: string
  readonly title: string
  readonly brand: string
  readonly image: Image | undefined
  readonly priceRange: PriceRange
  readonly available: boolean
  readonly status: ProductStatus
}

/** What a buyer needs to know of a variant now. */
export type Offer = {
  readonly sku: string
  readonly productId: string
  readonly handle: string
  readonly title: string
  readonly options: readonly OptionValue[]
  readonly image: string | undefined
  readonly price: Money
  readonly availableQuantity: number
}

export const availableUnits = ({ onHand, held }: StockLevel): number => onHand - held

export const isAvailable = ({ stock }: Variant): boolean => availableUnits(stock) > 0

export const priceRange = ({ variants }: Pick<Product, 'variants'>): PriceRange => {
  const [first, ...rest] = variants.map(({ price }) => price)
  if (first === undefined) throw new RangeError('a product has at least one variant')
  return {
    min: rest.reduce((least, price) => (price.amount < least.amount ? price : least), first),
    max: rest.reduce((most, price) => (price.amount > most.amount ? price : most), first),
  }
}

/** `L / Red`; a variant without options is named like its product. */
export const variantTitle = (productTitle: string, options: readonly OptionValue[]): string =>
  options.length === 0 ? productTitle : options.map(({ value }) => value).join(' / ')

/** How an order's line is named: `Mug - L / Red`. */
export const lineTitle = (productTitle: string, options: readonly OptionValue[]): string =>
  options.length === 0 ? productTitle : `${productTitle} - ${variantTitle(productTitle, options)}`

/** Two variants of one product may not have the same. */
export const optionsKey = (options: readonly OptionValue[]): string =>
  JSON.stringify(options.map(({ value }) => value.toLowerCase()))
