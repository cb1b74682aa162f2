import type { Ids } from '@micromart/kernel'
import {
  fault,
  type Fault,
  productFaults,
  type ProductDraft,
  variantFaults,
  type VariantDraft,
} from './draft.ts'
import { isHandle, maxHandle } from './handle.ts'
import { fitFaults, inOrder, optionsOf } from './options.ts'
import type { CategoryRef, Product, Variant } from './product.ts'
import { same } from './same.ts'

/** What a draft needs besides itself to become a product. */
export type Facts = {
  readonly id: string
  readonly handle: string
  readonly categories: readonly CategoryRef[]
  /** ISO 4217, the shop's. */
  readonly currency: string
  readonly now: Date
  readonly ids: Ids
  /** The product as it is, for a change. */
  readonly before: Product | undefined
}

const trimmed = (text: string): string => text.trim().replace(/\s+/gu, ' ')

const withoutRepeats = (list: readonly string[]): readonly string[] => [
  ...new Map(list.filter((text) => text !== '').map((text) => [text.toLowerCase(), text])).values(),
]

/** A draft without blanks at the edges, empty tags and repeated ones. */
export const tidy = (draft: ProductDraft): ProductDraft => ({
  ...draft,
  title: trimmed(draft.title),
  handle: draft.handle.trim(),
  brand: trimmed(draft.brand),
  description: draft.description.trim(),
  tags: withoutRepeats(draft.tags.map(trimmed)),
  images: draft.images.map(({ url, alt }) => ({ url: url.trim(), alt: trimmed(alt) })),
  options: draft.options.map(({ name, values }) => ({
    name: trimmed(name),
    values: values.map(trimmed),
  })),
  variants: draft.variants.map((variant) => ({
    ...variant,
    barcode: variant.barcode?.trim() || undefined,
    image: variant.image?.trim() || undefined,
    options: variant.options.map(({ name, value }) => ({
      name: trimmed(name),
      value: trimmed(value),
    })),
  })),
})

const handleFaults = (handle: string): readonly Fault[] =>
  handle === '' || isHandle(handle)
    ? []
    : [
        fault(
          '/handle',
          'handle_invalid',
          `has 1 to ${maxHandle} lower-case letters, digits and single dashes`,
        ),
      ]

/** Everything that is wrong with a tidy draft by itself. */
export const draftFaults = (draft: ProductDraft): readonly Fault[] => [
  ...productFaults(draft),
  ...handleFaults(draft.handle),
  ...draft.variants.flatMap((variant, at) => variantFaults(`/variants/${at}`, variant)),
  ...fitFaults(draft),
]

const variantFrom = (
  draft: VariantDraft,
  options: Product['options'],
  { currency, ids, before }: Facts,
): Variant => {
  const known = before?.variants.find(({ sku }) => sku === draft.sku)
  const { price, compareAtPrice, stock, ...own } = draft
  return {
    ...own,
    id: known?.id ?? ids.next(),
    options: inOrder(draft.options, options),
    price: { amount: price, currency },
    compareAtPrice: compareAtPrice === undefined ? undefined : { amount: compareAtPrice, currency },
    stock: known?.stock ?? { onHand: stock ?? 0, held: 0 },
  }
}

/** The product that a valid draft describes. Known variants, by sku, keep their id and stock. */
export const productFrom = (draft: ProductDraft, facts: Facts): Product => {
  const { id, handle, categories, now, before } = facts
  const options = draft.options.length > 0 ? draft.options : optionsOf(draft.variants)
  return {
    id,
    handle,
    categories,
    title: draft.title,
    description: draft.description,
    brand: draft.brand,
    status: draft.status,
    tags: draft.tags,
    images: draft.images,
    options,
    variants: draft.variants.map((variant) => variantFrom(variant, options, facts)),
    createdAt: before?.createdAt ?? now,
    updatedAt: now,
    version: (before?.version ?? 0) + 1,
  }
}

/** Where a draft names units of skus that the product has: those have their own ledger. */
export const ledgerPaths = (
  { variants }: Pick<ProductDraft, 'variants'>,
  before: Product,
): readonly string[] => {
  const known = new Set(before.variants.map(({ sku }) => sku))
  return variants.flatMap(({ sku, stock }, at) =>
    stock !== undefined && known.has(sku) ? [`/variants/${at}/stock`] : [],
  )
}

/** The draft that describes a product as it is: what a patch starts from. */
export const draftOf = (product: Product): ProductDraft => ({
  title: product.title,
  status: product.status,
  handle: product.handle,
  description: product.description,
  brand: product.brand,
  categories: product.categories.map(({ handle }) => handle),
  tags: product.tags,
  images: product.images,
  options: product.options,
  variants: product.variants.map(({ id: _id, price, compareAtPrice, stock, ...variant }) => ({
    ...variant,
    price: price.amount,
    compareAtPrice: compareAtPrice?.amount,
    stock: stock.onHand,
  })),
})

const decided = ({ variants, updatedAt: _at, version: _version, ...product }: Product) => ({
  ...product,
  variants: variants.map(({ stock: _stock, ...variant }) => variant),
})

/** Whether two states of a product are the same to a merchandiser; stock has its own ledger. */
export const sameProduct = (left: Product, right: Product): boolean =>
  same(decided(left), decided(right))
