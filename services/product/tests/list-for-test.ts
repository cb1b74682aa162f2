import type { ListProductsRequest, ProductFilter } from '@micromart/contracts/product'
import { ProductSort, ProductStatus } from '@micromart/contracts/product'
import { aVariant, eur, type Shop, unique } from './start-for-test.ts'

export const noFilter: ProductFilter = {
  q: undefined,
  category: undefined,
  brand: undefined,
  minPrice: undefined,
  maxPrice: undefined,
  inStock: undefined,
  status: ProductStatus.PRODUCT_STATUS_UNSPECIFIED,
}

/** A brand that only one test uses: its products are that test's world. */
export const world = () => unique('Brand')

export const priced = (cents: number) => [aVariant({ price: eur(cents) })]

export type Filter = Partial<ProductFilter>

export const listOf =
  (shop: () => Shop) =>
  (filter: Filter, over: Partial<ListProductsRequest> = {}) =>
    shop().shopper.listProducts({
      filter: { ...noFilter, ...filter },
      sort: ProductSort.PRODUCT_SORT_UNSPECIFIED,
      limit: 100,
      cursor: undefined,
      facets: false,
      ...over,
    })
