import type { Page } from '@micromart/kernel'
import { type ListRequest, listQuery } from '../model/list.ts'
import type { Products } from '../model/ports.ts'
import type { Product } from '../model/product.ts'

/** One page of whole products, of every status if none is asked for. @throws RequestInvalid */
export const listAdminProducts =
  ({ products }: { readonly products: Products }) =>
  async (request: ListRequest): Promise<Page<Product>> =>
    products.listWhole(listQuery(request))
