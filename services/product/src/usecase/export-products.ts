import { minorDigits } from '@micromart/kernel'
import { type Category, categoryPath } from '../model/category.ts'
import { exportHeader } from '../model/csv-columns.ts'
import { csvRecords } from '../model/csv-export.ts'
import type { Categories, Products } from '../model/ports.ts'
import type { Product } from '../model/product.ts'

type Deps = {
  readonly products: Products
  readonly categories: Categories
  readonly currency: string
}

const pathOf = ({ categories: [first] }: Product, all: readonly Category[]): string => {
  const category = first && all.find(({ handle }) => handle === first.handle)
  return category ? categoryPath(category, new Map(all.map((each) => [each.id, each]))) : ''
}

/** The whole catalogue as records of a Shopify CSV, the header first. */
export const exportProducts = ({ products, categories, currency }: Deps) =>
  async function* (): AsyncGenerator<readonly string[]> {
    yield exportHeader
    const digits = minorDigits(currency)
    for await (const page of products.all()) {
      const all = await categories.all()
      for (const product of page) yield* csvRecords(product, pathOf(product, all), digits)
    }
  }
