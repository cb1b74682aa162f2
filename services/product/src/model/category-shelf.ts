import type { Ids } from '@micromart/kernel'
import { type Category } from './category.ts'
import { freeHandle, handleFrom } from './handle.ts'
import type { CategoryRef } from './product.ts'

/** The categories that an import knows: the stored ones, and those that its rows call for. */
export type CategoryShelf = {
  /** The last category of a path; what the path lacks is added to `wanted`. */
  readonly find: (path: readonly string[]) => CategoryRef
  /** Categories to be stored, parents first; empties the list. */
  readonly takeWanted: () => readonly Category[]
}

const sameTitle = (left: string, right: string): boolean =>
  left.toLowerCase() === right.toLowerCase()

/** @param stored all categories */
export const categoryShelf = (stored: readonly Category[], ids: Ids): CategoryShelf => {
  const all = [...stored]
  const wanted: Category[] = []

  const add = (title: string, parent: Category | undefined): Category => {
    const handles = new Set(all.map(({ handle }) => handle))
    const handle = handleFrom(title) || 'category'
    const below = parent ? `${parent.handle}-${handle}` : handle
    const category: Category = {
      id: ids.next(),
      handle: handles.has(handle) ? freeHandle(below, handles) : handle,
      title,
      position: all.filter(({ parentId }) => parentId === parent?.id).length,
      parentId: parent?.id,
    }
    all.push(category)
    wanted.push(category)
    return category
  }

  const child = (title: string, parent: Category | undefined): Category | undefined =>
    all.find(({ parentId, title: known }) => parentId === parent?.id && sameTitle(known, title)) ??
    all.find(({ parentId, handle }) => parentId === parent?.id && handle === handleFrom(title))

  const find = (path: readonly string[]): CategoryRef => {
    const [only = ''] = path
    // A single name may mean a category anywhere in the tree.
    const anywhere =
      path.length === 1
        ? (child(only, undefined) ?? all.find(({ handle }) => handle === handleFrom(only)))
        : undefined
    if (anywhere) return { handle: anywhere.handle, title: anywhere.title }
    let at: Category | undefined
    for (const title of path) at = child(title, at) ?? add(title, at)
    return { handle: at?.handle ?? '', title: at?.title ?? '' }
  }

  return { find, takeWanted: () => wanted.splice(0) }
}
