import { ProductNotFound } from '../model/errors.ts'
import type { Products } from '../model/ports.ts'
import type { Product } from '../model/product.ts'

/** A product of any status, with stock. @throws ProductNotFound */
export const getAdminProduct =
  ({ products }: { readonly products: Products }) =>
  async (idOrHandle: string): Promise<Product> => {
    const product = await products.find(idOrHandle)
    if (product === undefined) throw new ProductNotFound()
    return product
  }
