import { ProductNotFound } from '../model/errors.ts'
import type { Products } from '../model/ports.ts'
import type { Product } from '../model/product.ts'

/** A product as shoppers see it: drafts and archived ones do not exist. @throws ProductNotFound */
export const getProduct =
  ({ products }: { readonly products: Products }) =>
  async (idOrHandle: string): Promise<Product> => {
    const product = await products.find(idOrHandle)
    if (product?.status !== 'active') throw new ProductNotFound()
    return product
  }
