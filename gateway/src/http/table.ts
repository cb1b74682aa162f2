import type { Route } from './route.ts'

/** `/v1/products/{idOrHandle}` as Express writes it. */
export const expressPath = (path: string): string => path.replaceAll(/\{(\w+)\}/g, ':$1')

/** Cached routes first, they are the hottest; then a fixed part before a named one: `/import` before `/{id}`. */
const rank = (routes: readonly Route[], path: string): string =>
  `${routes.some((route) => route.cached) ? 0 : 1}${path.replaceAll('{', '~')}`

/** The table by path, in the order in which Express must ask. */
export const byPath = (table: readonly Route[]): ReadonlyArray<[string, readonly Route[]]> =>
  [...Map.groupBy(table, ({ path }) => path)].toSorted(([left, one], [right, other]) =>
    rank(one, left) < rank(other, right) ? -1 : 1,
  )

/** `Allow` for a path; where there is GET there is HEAD. */
export const allowOf = (routes: readonly Route[]): string =>
  routes
    .flatMap(({ method }) => (method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()]))
    .join(', ')
