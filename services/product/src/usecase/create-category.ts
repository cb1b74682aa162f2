import type { Acting, Clock, Ids } from '@micromart/kernel'
import { categoryAudit } from '../model/audit.ts'
import {
  type Category,
  type CategoryDraft,
  checkCategoryTitle,
  lineage,
  maxDepth,
} from '../model/category.ts'
import { CategoryUnknown, HandleTaken, RequestInvalid } from '../model/errors.ts'
import { freeHandle, handleFrom, isHandle } from '../model/handle.ts'
import type { Categories } from '../model/ports.ts'

type Deps = { readonly categories: Categories; readonly ids: Ids; readonly clock: Clock }

const parentOf = (all: readonly Category[], handle: string | undefined): Category | undefined => {
  if (handle === undefined) return undefined
  const parent = all.find((category) => category.handle === handle)
  const byId = new Map(all.map((category) => [category.id, category]))
  if (parent === undefined) throw new CategoryUnknown('/parent')
  if (lineage(parent, byId).length >= maxDepth) {
    throw new RequestInvalid('/parent', 'too_deep', `the tree has at most ${maxDepth} levels`)
  }
  return parent
}

const checkHandle = (handle: string): string => {
  if (isHandle(handle)) return handle
  throw new RequestInvalid('/handle', 'handle_invalid', 'has lower-case letters, digits and dashes')
}

/**
 * Adds a category below its parent, after its siblings.
 * @throws RequestInvalid, CategoryUnknown; HandleTaken for a handle that the caller chose
 */
export const createCategory =
  ({ categories, ids, clock }: Deps) =>
  async (draft: CategoryDraft, by: Acting): Promise<Category> => {
    const title = checkCategoryTitle(draft.title)
    const all = await categories.all()
    const parent = parentOf(all, draft.parent)
    const taken = new Set(all.map(({ handle }) => handle))
    const chosen = draft.handle === undefined ? undefined : checkHandle(draft.handle)
    if (chosen !== undefined && taken.has(chosen)) throw new HandleTaken(chosen)
    const category: Category = {
      id: ids.next(),
      handle: chosen ?? freeHandle(handleFrom(title) || 'category', taken),
      title,
      position: all.filter(({ parentId }) => parentId === parent?.id).length,
      parentId: parent?.id,
    }
    await categories.add(category, categoryAudit(by, category, clock.now()))
    return category
  }
