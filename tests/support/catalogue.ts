import { call } from './shop.ts'

type Money = { readonly amount: number; readonly currency: string }
type Named = { readonly handle: string; readonly title: string }

/** A product in a list. */
export type Summary = Named & {
  readonly id: string
  readonly priceRange: { readonly min: Money; readonly max: Money } | null
}

/** A product as staff read it. */
export type AdminProduct = Summary & {
  readonly description: string
  readonly brand: string
  readonly status: string
  readonly available: boolean
  readonly categories: readonly Named[]
  readonly images: readonly { readonly url: string }[]
  readonly options: readonly unknown[]
  readonly variants: readonly { readonly sku: string; readonly price: Money }[]
}

type Page<T> = {
  readonly items: readonly T[]
  readonly nextCursor: string | null
  readonly facets?: readonly {
    readonly name: string
    readonly values: readonly { readonly value: string; readonly count: number }[]
  }[]
}

type Query = Readonly<Record<string, string>>

const page = async <T>(path: string, query: Query, token?: string): Promise<Page<T>> => {
  const { status, body, text } = await call<Page<T>>(
    'GET',
    `${path}?${new URLSearchParams(query).toString()}`,
    { token },
  )
  if (status !== 200) throw new Error(`${path}: ${status} ${text}`)
  return body
}

const allPages = async <T>(
  ask: (more: Query) => Promise<Page<T>>,
  between: () => Promise<void>,
): Promise<T[]> => {
  const items: T[] = []
  for (let more: Query = {}; ;) {
    const { items: next, nextCursor } = await ask(more)
    items.push(...next)
    if (nextCursor === null) return items
    more = { cursor: nextCursor }
    await between()
  }
}

/** One page of products as shoppers see them. */
export const list = (query: Query): Promise<Page<Summary>> => page('/v1/products', query)

/** All pages of a list, to its end; `between` runs after each page but the last. */
export const walk = (query: Query, between = async () => {}): Promise<Summary[]> =>
  allPages((more) => list({ ...query, ...more }), between)

/** All products as staff see them. */
export const adminProducts = (token: string, query: Query = {}): Promise<AdminProduct[]> =>
  allPages(
    (more) => page('/v1/admin/products', { limit: '100', ...query, ...more }, token),
    async () => {},
  )

type ImportReport = {
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly failed: number
  readonly rows: readonly { readonly line: number; readonly handle: string; outcome: string }[]
}

/** Imports a CSV and answers its report. */
export const importCatalogue = async (
  token: string,
  csv: string,
  { dryRun = false } = {},
): Promise<ImportReport> => {
  const { status, body, text } = await call<ImportReport>(
    'POST',
    `/v1/admin/products/import?dryRun=${dryRun}`,
    { token, headers: { 'content-type': 'text/csv' }, body: csv, timeoutMs: 60_000 },
  )
  if (status !== 200) throw new Error(`import: ${status} ${text}`)
  return body
}
