import type { FieldError } from '@micromart/kernel'
import type { Image, Option, OptionValue, ProductStatus } from './product.ts'

/** A variant as a caller wants it. Amounts are minor units of the shop's currency. */
export type VariantDraft = {
  readonly sku: string
  readonly price: bigint
  readonly compareAtPrice: bigint | undefined
  readonly options: readonly OptionValue[]
  readonly barcode: string | undefined
  readonly weightGrams: number | undefined
  readonly image: string | undefined
  /** Units of a variant that is new; undefined counts as none. */
  readonly stock: number | undefined
}

/** A product as a caller wants it: everything that a merchandiser decides. */
export type ProductDraft = {
  readonly title: string
  readonly status: ProductStatus
  /** Empty: made from the title. */
  readonly handle: string
  readonly description: string
  readonly brand: string
  /** Handles. */
  readonly categories: readonly string[]
  readonly tags: readonly string[]
  readonly images: readonly Image[]
  /** Empty: made from the variants' options, in order of appearance. */
  readonly options: readonly Option[]
  readonly variants: readonly VariantDraft[]
}

/** Names of the draft's fields that a patch may carry. */
export const draftFields = [
  'title',
  'status',
  'handle',
  'description',
  'brand',
  'categories',
  'tags',
  'images',
  'options',
  'variants',
] as const satisfies readonly (keyof ProductDraft)[]

export type DraftField = (typeof draftFields)[number]

const maxAmount = 1_000_000_000n
const maxStock = 1_000_000_000
const maxWeightGrams = 100_000_000
export const limits = {
  title: 255,
  brand: 255,
  description: 512_000,
  tag: 100,
  tags: 250,
  images: 250,
  url: 2_000,
  alt: 500,
  options: 3,
  optionText: 100,
  optionValues: 2_000,
  variants: 2_000,
  categories: 50,
  sku: 100,
  barcode: 100,
} as const

/** What is wrong with a part of a draft; a path is a JSON Pointer into the draft. */
export type Fault = FieldError

export const fault = (path: string, code: string, message: string): Fault => ({
  path,
  code,
  message,
})

const textFaults = (
  path: string,
  text: string,
  max: number,
  required: boolean,
): readonly Fault[] => {
  if (required && text.trim() === '') return [fault(path, 'required', 'is required')]
  if (text.length > max) return [fault(path, 'too_long', `has at most ${max} characters`)]
  if (/\p{Cc}/u.test(text)) return [fault(path, 'control_character', 'has no control characters')]
  return []
}

const countFaults = (path: string, list: readonly unknown[], max: number): readonly Fault[] =>
  list.length > max ? [fault(path, 'too_many', `has at most ${max} entries`)] : []

/** Pictures are addresses for the browser only: https, http, or a path on the shop's own host. */
export const urlFaults = (path: string, url: string): readonly Fault[] => {
  const form = /^(https?:\/\/[^/\\\s]|\/(?![/\\]))[^\s"'<>\\]*$/i
  if (url.length > limits.url)
    return [fault(path, 'too_long', `has at most ${limits.url} characters`)]
  return form.test(url) ? [] : [fault(path, 'url_invalid', 'is no http address or path')]
}

const imageFaults = (path: string, { url, alt }: Image): readonly Fault[] => [
  ...urlFaults(`${path}/url`, url),
  ...textFaults(`${path}/alt`, alt, limits.alt, false),
]

const tagFaults = (path: string, tag: string): readonly Fault[] =>
  tag.includes(',')
    ? [fault(path, 'comma', 'has no comma')] // the CSV separates tags by it
    : textFaults(path, tag, limits.tag, true)

const optionFaults = (path: string, { name, values }: Option): readonly Fault[] => [
  ...textFaults(`${path}/name`, name, limits.optionText, true),
  ...countFaults(`${path}/values`, values, limits.optionValues),
  ...values.flatMap((value, at) =>
    textFaults(`${path}/values/${at}`, value, limits.optionText, true),
  ),
  ...repeated(values.map((value) => value.toLowerCase())).map((at) =>
    fault(`${path}/values/${at}`, 'duplicate', 'stands there twice'),
  ),
]

const amountFaults = (path: string, amount: bigint | undefined): readonly Fault[] =>
  amount === undefined || (amount >= 0n && amount <= maxAmount)
    ? []
    : [fault(path, 'out_of_range', `is from 0 to ${maxAmount} minor units`)]

const rangeFaults = (path: string, value: number | undefined, max: number): readonly Fault[] =>
  value === undefined || (Number.isSafeInteger(value) && value >= 0 && value <= max)
    ? []
    : [fault(path, 'out_of_range', `is a whole number from 0 to ${max}`)]

const skuFaults = (path: string, sku: string): readonly Fault[] =>
  sku !== sku.trim()
    ? [fault(path, 'blank', 'begins and ends without blanks')]
    : textFaults(path, sku, limits.sku, true)

/** What is wrong with one variant by itself. */
export const variantFaults = (path: string, variant: VariantDraft): readonly Fault[] => [
  ...skuFaults(`${path}/sku`, variant.sku),
  ...amountFaults(`${path}/price`, variant.price),
  ...amountFaults(`${path}/compareAtPrice`, variant.compareAtPrice),
  ...textFaults(`${path}/barcode`, variant.barcode ?? '', limits.barcode, false),
  ...rangeFaults(`${path}/weightGrams`, variant.weightGrams, maxWeightGrams),
  ...rangeFaults(`${path}/stock`, variant.stock, maxStock),
  ...(variant.image === undefined ? [] : urlFaults(`${path}/image`, variant.image)),
  ...countFaults(`${path}/options`, variant.options, limits.options),
  ...variant.options.flatMap(({ name, value }, at) => [
    ...textFaults(`${path}/options/${at}/name`, name, limits.optionText, true),
    ...textFaults(`${path}/options/${at}/value`, value, limits.optionText, true),
  ]),
]

/** Positions of what stood in the list before. */
export const repeated = (list: readonly string[]): readonly number[] =>
  [...list.keys()].filter((at) => list.indexOf(list[at] ?? '') < at)

/** What is wrong with a product's own fields, its variants left aside. */
export const productFaults = (draft: Omit<ProductDraft, 'variants'>): readonly Fault[] => [
  ...textFaults('/title', draft.title, limits.title, true),
  ...textFaults('/brand', draft.brand, limits.brand, false),
  ...(draft.description.length > limits.description
    ? [fault('/description', 'too_long', `has at most ${limits.description} characters`)]
    : []),
  ...countFaults('/categories', draft.categories, limits.categories),
  ...countFaults('/tags', draft.tags, limits.tags),
  ...draft.tags.flatMap((tag, at) => tagFaults(`/tags/${at}`, tag)),
  ...countFaults('/images', draft.images, limits.images),
  ...draft.images.flatMap((image, at) => imageFaults(`/images/${at}`, image)),
  ...countFaults('/options', draft.options, limits.options),
  ...draft.options.flatMap((option, at) => optionFaults(`/options/${at}`, option)),
  ...repeated(draft.options.map(({ name }) => name.toLowerCase())).map((at) =>
    fault(`/options/${at}/name`, 'duplicate', 'stands there twice'),
  ),
]
