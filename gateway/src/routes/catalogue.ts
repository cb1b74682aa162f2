import { type ProductFilter, ProductSort, ProductStatus } from '@micromart/contracts/product'
import { z } from 'zod'
import { categoryAnswer, productAnswer, productListAnswer } from '../answers/catalogue.ts'
import { present } from '../answers/money.ts'
import { anybody, json, route } from '../http/route.ts'
import {
  category,
  product,
  productList,
  type ProductQuery,
  productQuery,
} from '../shapes/catalogue.ts'
import { listOf } from '../shapes/queries.ts'
import { handle } from '../shapes/texts.ts'
import { alsoAnswers, headers } from './common.ts'

const sortValues = {
  relevance: ProductSort.PRODUCT_SORT_RELEVANCE,
  newest: ProductSort.PRODUCT_SORT_NEWEST,
  price: ProductSort.PRODUCT_SORT_PRICE_ASC,
  '-price': ProductSort.PRODUCT_SORT_PRICE_DESC,
  title: ProductSort.PRODUCT_SORT_TITLE,
} as const

/** Without a sort product decides: by relevance when something is searched, else the newest first. */
export const productSort = (name: ProductQuery['sort']): ProductSort =>
  name ? sortValues[name] : ProductSort.PRODUCT_SORT_UNSPECIFIED

type Filters = Pick<ProductQuery, 'q' | 'category' | 'brand' | 'minPrice' | 'maxPrice' | 'inStock'>

const minorUnits = (amount: number | undefined): bigint | undefined =>
  amount === undefined ? undefined : BigInt(amount)

/** A query's filters for the wire; an empty search is none. */
export const productFilter = (
  { q, category: within, brand, minPrice, maxPrice, inStock }: Filters,
  status: ProductStatus = ProductStatus.PRODUCT_STATUS_UNSPECIFIED,
): ProductFilter => ({
  q: q?.trim() ? q : undefined,
  category: within,
  brand,
  minPrice: minorUnits(minPrice),
  maxPrice: minorUnits(maxPrice),
  inStock,
  status,
})

const common = { tag: 'Catalogue', auth: anybody, budget: 'reads', public: true } as const

export const catalogueRoutes = [
  route({
    ...common,
    method: 'get',
    path: '/v1/products',
    summary: 'Find products',
    cached: 'lists',
    query: productQuery,
    headers: [headers.ifNoneMatch],
    responses: {
      200: { description: 'A page of products', shape: productList, headers: ['ETag'] },
      ...alsoAnswers(304),
    },
    handler: async ({ query }, shop) => {
      const { sort, limit, cursor, facets = false } = query
      const page = await shop.product.listProducts({
        filter: productFilter(query),
        sort: productSort(sort),
        limit,
        cursor,
        facets,
      })
      return json(200, productListAnswer(page, facets))
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/products/{idOrHandle}',
    summary: 'Read a product with its variants',
    cached: 'product',
    params: z.object({ idOrHandle: handle }),
    headers: [headers.ifNoneMatch],
    responses: {
      200: { description: 'The product', shape: product, headers: ['ETag'] },
      ...alsoAnswers(304, 404),
    },
    handler: async ({ params }, shop) => {
      const found = await shop.product.getProduct({ idOrHandle: params.idOrHandle })
      return json(200, productAnswer(present(found.product)))
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/v1/categories',
    summary: 'The tree of categories',
    cached: 'categories',
    headers: [headers.ifNoneMatch],
    responses: {
      200: { description: 'The tree', shape: listOf(category), headers: ['ETag'] },
      ...alsoAnswers(304),
    },
    handler: async (_input, shop) => {
      const { items } = await shop.product.listCategories({})
      return json(200, { items: items.map(categoryAnswer), nextCursor: null })
    },
  }),
]
