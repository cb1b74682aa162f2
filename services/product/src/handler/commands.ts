import {
  type ListAdminProductsRequest,
  type ProductDraft as DraftMessage,
  type ProductFilter,
  ProductSort,
  ProductStatus,
  type UpdateProductRequest,
  type VariantDraft as VariantMessage,
} from '@micromart/contracts/product'
import type { FieldError, Money } from '@micromart/kernel'
import {
  type DraftField,
  draftFields,
  type ProductDraft,
  type VariantDraft,
} from '../model/draft.ts'
import { ProductInvalid, RequestInvalid } from '../model/errors.ts'
import type { Filter, ListRequest, Sort } from '../model/list.ts'
import type { ProductStatus as Status } from '../model/product.ts'
import type { Patch } from '../usecase/update-product.ts'

const statuses: Readonly<Record<ProductStatus, Status | undefined>> = {
  [ProductStatus.PRODUCT_STATUS_UNSPECIFIED]: undefined,
  [ProductStatus.PRODUCT_STATUS_DRAFT]: 'draft',
  [ProductStatus.PRODUCT_STATUS_ACTIVE]: 'active',
  [ProductStatus.PRODUCT_STATUS_ARCHIVED]: 'archived',
}

const sorts: Readonly<Record<ProductSort, Sort | undefined>> = {
  [ProductSort.PRODUCT_SORT_UNSPECIFIED]: undefined,
  [ProductSort.PRODUCT_SORT_RELEVANCE]: 'relevance',
  [ProductSort.PRODUCT_SORT_NEWEST]: 'newest',
  [ProductSort.PRODUCT_SORT_PRICE_ASC]: 'price',
  [ProductSort.PRODUCT_SORT_PRICE_DESC]: '-price',
  [ProductSort.PRODUCT_SORT_TITLE]: 'title',
}

const filterOf = (filter: ProductFilter | undefined): Filter => ({
  q: filter?.q,
  category: filter?.category,
  brand: filter?.brand,
  minPrice: filter?.minPrice,
  maxPrice: filter?.maxPrice,
  inStock: filter?.inStock,
  status: filter && statuses[filter.status],
})

/** A list as it was asked for. A sort that this version does not know is the usual one. */
export const listRequestOf = (
  request: Pick<ListAdminProductsRequest, 'filter' | 'sort' | 'limit' | 'cursor'>,
): ListRequest => ({
  filter: filterOf(request.filter),
  sort: sorts[request.sort],
  limit: request.limit,
  cursor: request.cursor,
})

/** An amount in the shop's currency; anything else is a fault at that place. */
const amountOf = (
  money: Money | undefined,
  path: string,
  currency: string,
  faults: FieldError[],
): bigint => {
  if (money === undefined) faults.push({ path, code: 'required', message: 'is required' })
  else if (money.currency !== currency) {
    faults.push({
      path: `${path}/currency`,
      code: 'currency_mismatch',
      message: `the shop sells in ${currency}`,
    })
  }
  return money?.amount ?? 0n
}

const variantOf = (
  variant: VariantMessage,
  path: string,
  currency: string,
  faults: FieldError[],
): VariantDraft => ({
  sku: variant.sku,
  price: amountOf(variant.price, `${path}/price`, currency, faults),
  compareAtPrice:
    variant.compareAtPrice &&
    amountOf(variant.compareAtPrice, `${path}/compareAtPrice`, currency, faults),
  options: variant.options,
  barcode: variant.barcode,
  weightGrams: variant.weightGrams === undefined ? undefined : Number(variant.weightGrams),
  image: variant.image,
  stock: variant.stock === undefined ? undefined : Number(variant.stock),
})

/** @throws ProductInvalid for amounts that are missing or in another currency */
export const draftOf = (message: DraftMessage | undefined, currency: string): ProductDraft => {
  if (message === undefined) throw new RequestInvalid('', 'required', 'a draft is required')
  const faults: FieldError[] = []
  const variants = message.variants.map((variant, at) =>
    variantOf(variant, `/variants/${at}`, currency, faults),
  )
  if (faults.length > 0) throw new ProductInvalid(faults)
  return {
    title: message.title,
    status: statuses[message.status] ?? 'draft',
    handle: message.handle ?? '',
    description: message.description,
    brand: message.brand,
    categories: message.categories,
    tags: message.tags,
    images: message.images,
    options: message.options,
    variants,
  }
}

const isField = (name: string): name is DraftField =>
  (draftFields as readonly string[]).includes(name)

/** @throws RequestInvalid for a field that a draft does not have */
export const patchOf = (request: UpdateProductRequest, currency: string): Patch => {
  const { id, expectedVersion, fields } = request
  const unknown = fields.find((name) => !isField(name))
  if (unknown !== undefined) {
    throw new RequestInvalid('/fields', 'field_unknown', `${unknown} is no field of a product`)
  }
  return {
    id,
    expectedVersion: Number(expectedVersion),
    draft: draftOf(request.draft, currency),
    fields: new Set(fields.filter(isField)),
  }
}
