import { decodeCursor, encodeCursor, type JsonValue } from '@micromart/kernel'
import { CursorInvalid, RequestInvalid } from './errors.ts'
import type { ProductStatus } from './product.ts'

export type Sort = 'relevance' | 'newest' | 'price' | '-price' | 'title'

export type Filter = {
  readonly q?: string | undefined
  /** Handle of a category; its descendants count. */
  readonly category?: string | undefined
  readonly brand?: string | undefined
  /** Minor units; a product matches when one of its variants lies between. */
  readonly minPrice?: bigint | undefined
  readonly maxPrice?: bigint | undefined
  readonly inStock?: boolean | undefined
  /** Staff lists only; shoppers see active products. */
  readonly status?: ProductStatus | undefined
}

/** What a caller asks for, as it came. */
export type ListRequest = {
  readonly filter: Filter
  readonly sort: Sort | undefined
  readonly limit: number
  readonly cursor: string | undefined
}

/** Where a page begins: the sort key and id of the last row before it. */
export type Place = { readonly key: string; readonly id: string }

export type ListQuery = {
  readonly filter: Filter
  readonly sort: Sort
  readonly limit: number
  readonly after: Place | undefined
}

export type FacetValue = { readonly value: string; readonly label: string; readonly count: number }
export type Facet = { readonly name: string; readonly values: readonly FacetValue[] }

const maxLimit = 100
const usualLimit = 20
const maxAmount = 1_000_000_000n

/** A search form that was sent empty asks for everything. */
const withoutBlankWords = (request: ListRequest): ListRequest => {
  const { q, ...filter } = request.filter
  return q !== undefined && q.trim() === '' ? { ...request, filter } : request
}

/** A list without words has no relevance: it is shown newest first. */
const sortOf = ({ sort, filter }: ListRequest): Sort => {
  if (filter.q === undefined) return sort === undefined || sort === 'relevance' ? 'newest' : sort
  return sort ?? 'relevance'
}

const boundTo = (sort: Sort, filter: Filter): JsonValue => [
  sort,
  filter.q ?? null,
  filter.category ?? null,
  filter.brand ?? null,
  filter.minPrice?.toString() ?? null,
  filter.maxPrice?.toString() ?? null,
  filter.inStock ?? null,
  filter.status ?? null,
]

const keyForms: Readonly<Record<Sort, RegExp>> = {
  relevance: /^-?\d{1,9}$/,
  newest: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/,
  price: /^\d{1,15}$/,
  '-price': /^\d{1,15}$/,
  title: /^[^]{0,1000}$/,
}

const placeOf = (value: JsonValue, sort: Sort): Place => {
  if (!Array.isArray(value) || value.length !== 2) throw new CursorInvalid()
  const [key, id] = value as readonly JsonValue[]
  if (typeof key !== 'string' || typeof id !== 'string') throw new CursorInvalid()
  if (!keyForms[sort].test(key) || !/^[0-9a-f-]{36}$/.test(id)) throw new CursorInvalid()
  return { key, id }
}

const checkAmount = (path: string, amount: bigint | undefined): void => {
  if (amount === undefined || (amount >= 0n && amount <= maxAmount)) return
  throw new RequestInvalid(path, 'out_of_range', 'is from 0 to 1000000000 minor units')
}

const checkLimit = (limit: number): number => {
  if (limit === 0) return usualLimit
  if (limit >= 1 && limit <= maxLimit) return limit
  throw new RequestInvalid('/limit', 'out_of_range', 'is from 1 to 100')
}

/**
 * @throws CursorInvalid when the cursor is of another list (sort or filters differ); RequestInvalid
 */
export const listQuery = (asked: ListRequest): ListQuery => {
  const request = withoutBlankWords(asked)
  const { filter, cursor } = request
  checkAmount('/filter/minPrice', filter.minPrice)
  checkAmount('/filter/maxPrice', filter.maxPrice)
  const sort = sortOf(request)
  const after =
    cursor === undefined || cursor === ''
      ? undefined
      : placeOf(decodeCursor(cursor, boundTo(sort, filter)), sort)
  return { filter, sort, limit: checkLimit(request.limit), after }
}

/** The cursor that goes on after a row. */
export const cursorAfter = ({ sort, filter }: ListQuery, { key, id }: Place): string =>
  encodeCursor([key, id], boundTo(sort, filter))
