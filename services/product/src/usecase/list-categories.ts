import { type CategoryNode, categoryTree } from '../model/category.ts'
import type { Categories } from '../model/ports.ts'

/** The whole tree. */
export const listCategories =
  ({ categories }: { readonly categories: Categories }) =>
  async (): Promise<readonly CategoryNode[]> =>
    categoryTree(await categories.all())
