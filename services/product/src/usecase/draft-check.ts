import { draftFaults, tidy } from '../model/assemble.ts'
import type { Category } from '../model/category.ts'
import { fault, type Fault, type ProductDraft } from '../model/draft.ts'
import { ProductInvalid } from '../model/errors.ts'
import type { Categories, CleanHtml } from '../model/ports.ts'
import type { CategoryRef } from '../model/product.ts'

type Deps = { readonly categories: Categories; readonly cleanHtml: CleanHtml }

const unknownCategories = (
  { categories }: ProductDraft,
  known: ReadonlyMap<string, Category>,
): readonly Fault[] =>
  categories.flatMap((handle, at) =>
    known.has(handle) ? [] : [fault(`/categories/${at}`, 'category_unknown', 'is no category')],
  )

/**
 * A draft made tidy and harmless, and its categories by name.
 * @throws ProductInvalid naming every fault
 */
export const checkedDraft =
  ({ categories, cleanHtml }: Deps) =>
  async (given: ProductDraft) => {
    const tidied = tidy(given)
    const draft = {
      ...tidied,
      description: cleanHtml(tidied.description).trim(),
      categories: [...new Set(tidied.categories)],
    }
    const known = new Map((await categories.all()).map((category) => [category.handle, category]))
    const faults = [...draftFaults(draft), ...unknownCategories(draft, known)]
    if (faults.length > 0) throw new ProductInvalid(faults)
    const refs = draft.categories.map((handle): CategoryRef => ({
      handle,
      title: known.get(handle)?.title ?? handle,
    }))
    return { draft, refs }
  }
