import {
  type Acting,
  type AuditAction,
  changedFields,
  type JsonValue,
  type NewAuditEntry,
} from '@micromart/kernel'
import type { Category } from './category.ts'
import type { Product, Variant } from './product.ts'

/** What is done to one thing; the store adds what it was before and is after. */
export type AuditedAct = Pick<NewAuditEntry, 'by' | 'action' | 'objectId'>

const variantFacts = ({
  sku,
  options,
  price,
  compareAtPrice,
  barcode,
  weightGrams,
  image,
}: Variant): readonly (readonly [string, JsonValue | undefined])[] => [
  [`${sku}.options`, options.map(({ name, value }) => `${name}: ${value}`)],
  [`${sku}.price`, Number(price.amount)],
  [`${sku}.compareAtPrice`, compareAtPrice && Number(compareAtPrice.amount)],
  [`${sku}.barcode`, barcode],
  [`${sku}.weightGrams`, weightGrams],
  [`${sku}.image`, image],
]

/** A product as fields of one level, so that a new price shows as one field. Stock has its ledger. */
const factsOf = (product: Product): Readonly<Record<string, JsonValue | undefined>> => ({
  handle: product.handle,
  title: product.title,
  description: product.description,
  brand: product.brand,
  status: product.status,
  categories: product.categories.map(({ handle }) => handle),
  tags: product.tags,
  images: product.images.map(({ url }) => url),
  options: product.options.map(({ name, values }) => `${name}: ${values.join(', ')}`),
  ...Object.fromEntries(product.variants.flatMap(variantFacts)),
})

/** What one of the staff does to a product; without `before` it is new. */
export const productAudit = (
  action: AuditAction,
  by: Acting,
  { before, after }: { readonly before: Product | undefined; readonly after: Product },
): NewAuditEntry => {
  const changed = changedFields(before ? factsOf(before) : {}, factsOf(after))
  return { by, at: after.updatedAt, action, objectId: after.id, ...changed }
}

type Written = { readonly before: Product | undefined; readonly after: Product }

/** One entry a batch: the products that it made and changed, by id. */
export const importAudit = (
  { by, objectId }: Omit<AuditedAct, 'action'>,
  writes: readonly Written[],
  at: Date,
): NewAuditEntry => {
  const ids = (which: (write: Written) => boolean) =>
    writes.filter(which).map(({ after }) => after.id)
  const created = ids(({ before }) => before === undefined)
  const updated = ids(({ before }) => before !== undefined)
  return { by, at, action: 'catalogue.import', objectId, after: { created, updated } }
}

export const categoryAudit = (by: Acting, category: Category, at: Date): NewAuditEntry => {
  const { id, handle, title, parentId = null } = category
  return { by, at, action: 'category.create', objectId: id, after: { handle, title, parentId } }
}
