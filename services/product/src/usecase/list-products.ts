import type { Page } from '@micromart/kernel'
import { type Facet, type ListRequest, listQuery } from '../model/list.ts'
import type { Products } from '../model/ports.ts'
import type { ProductSummary } from '../model/product.ts'

export type ProductList = {
  readonly page: Page<ProductSummary>
  readonly facets: readonly Facet[]
}

/** One page of active products, and what else could be chosen if asked for. @throws RequestInvalid */
export const listProducts =
  ({ products }: { readonly products: Products }) =>
  async (request: ListRequest, withFacets: boolean): Promise<ProductList> => {
    const query = listQuery({ ...request, filter: { ...request.filter, status: 'active' } })
    const [page, facets] = await Promise.all([
      products.list(query),
      withFacets ? products.facets(query.filter) : [],
    ])
    return { page, facets }
  }
