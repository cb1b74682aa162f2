import { draftOf } from './assemble.ts'
import type { Head, RowImage } from './csv-read.ts'
import type { Row } from './csv-row.ts'
import type { ProductDraft, VariantDraft } from './draft.ts'
import { optionsOf } from './options.ts'
import type { CleanHtml } from './ports.ts'
import type { CategoryRef, Image, OptionValue, Product } from './product.ts'

/** What a row that is right by itself brings. */
export type Part = {
  readonly row: Row
  readonly variant: VariantDraft | undefined
  readonly image: RowImage | undefined
}

type Surroundings = {
  readonly before: Product | undefined
  /** An earlier part of the file had rows of this product. */
  readonly again: boolean
  readonly cleanHtml: CleanHtml
}

const isSubsequence = (part: readonly Image[], whole: readonly Image[]): boolean => {
  let at = 0
  for (const { url } of whole) if (part[at]?.url === url) at += 1
  return at === part.length
}

/**
 * The product's pictures: those of the file by position, then the others. None is taken away, since the file may be a part.
 * A later part of the same file only adds, so that an import of the same file again changes nothing.
 */
const mergedImages = (before: readonly Image[], images: readonly RowImage[], again: boolean) => {
  const given = images
    .toSorted((left, right) => left.position - right.position)
    .map(({ url, alt }) => ({ url, alt }))
  const wanted = [...new Map(given.map((image) => [image.url, image])).values()]
  const byUrl = new Map(wanted.map((image) => [image.url, image]))
  const known = before.map((image) => byUrl.get(image.url) ?? image)
  const urls = new Set(before.map(({ url }) => url))
  const added = wanted.filter(({ url }) => !urls.has(url))
  if (again || isSubsequence(wanted, known)) return [...known, ...added]
  return [...wanted, ...known.filter(({ url }) => !byUrl.has(url))]
}

const renamed = (
  options: readonly OptionValue[],
  names: readonly string[],
): readonly OptionValue[] =>
  options.length === names.length
    ? options.map(({ value }, at) => ({ name: names[at] ?? '', value }))
    : options

const mergedVariants = (
  before: readonly VariantDraft[],
  parts: readonly Part[],
  names: readonly string[],
): readonly VariantDraft[] => {
  const given = new Map(parts.flatMap(({ variant }) => (variant ? [[variant.sku, variant]] : [])))
  const known = before.map(
    (variant) => given.get(variant.sku) ?? { ...variant, options: renamed(variant.options, names) },
  )
  const skus = new Set(before.map(({ sku }) => sku))
  return [...known, ...[...given.values()].filter(({ sku }) => !skus.has(sku))]
}

/** The category of the file first; the others stay, but for the one that it takes the place of. */
export const mergedCategories = (
  before: readonly CategoryRef[],
  named: CategoryRef | undefined,
): readonly CategoryRef[] => {
  if (named === undefined || before.some(({ handle }) => handle === named.handle)) return before
  return [named, ...before.slice(1)]
}

const emptyDraft = (handle: string): ProductDraft => ({
  title: '',
  status: 'active',
  handle,
  description: '',
  brand: '',
  categories: [],
  tags: [],
  images: [],
  options: [],
  variants: [],
})

/** The product as the rows and what is stored together say. */
export const mergedDraft = (
  handle: string,
  head: Head | undefined,
  parts: readonly Part[],
  names: readonly string[],
  { before, again, cleanHtml }: Surroundings,
): ProductDraft => {
  const present = before ? draftOf(before) : emptyDraft(handle)
  const variants = mergedVariants(present.variants, parts, names)
  const images = parts.flatMap(({ image }) => (image ? [image] : []))
  const declared =
    present.options.length === names.length
      ? present.options.map((option, at) => ({ ...option, name: names[at] ?? option.name }))
      : []
  return {
    ...present,
    title: head?.title ?? present.title,
    status: head?.status ?? present.status,
    description:
      head?.description === undefined ? present.description : cleanHtml(head.description),
    brand: head?.brand ?? present.brand,
    tags: head?.tags ?? present.tags,
    images: mergedImages(present.images, images, again),
    options: optionsOf(variants, declared),
    variants,
  }
}
