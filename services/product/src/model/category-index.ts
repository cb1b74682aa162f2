import type { Ids } from '@micromart/kernel'
import { type Category } from './category.ts'
import { freeHandle, handleFrom } from './handle.ts'
import type { CategoryRef } from './product.ts'

/** The categories that an import knows: the stored ones, and those that its rows call for. */
export type CategoryIndex = {
  /** The last category of a path; what the path lacks is added to `wanted`. */
  readonly find: (path: readonly string[]) => CategoryRef
  /** Categories to be stored, parents first; empties the list. */
  readonly takeWanted: () => readonly Category[]
}

const titleKey = (parentId: string | undefined, title: string): string =>
  `${parentId ?? ''} ${title.toLowerCase()}`

/** @param stored all categories */
export const categoryIndex = (stored: readonly Category[], ids: Ids): CategoryIndex => {
  const byTitle = new Map<string, Category>()
  const byHandle = new Map<string, Category>()
  const children = new Map<string | undefined, number>()
  const wanted: Category[] = []

  const keep = (category: Category): void => {
    const { handle, title, parentId } = category
    const key = titleKey(parentId, title)
    if (!byTitle.has(key)) byTitle.set(key, category)
    byHandle.set(handle, category)
    children.set(parentId, (children.get(parentId) ?? 0) + 1)
  }

  const add = (title: string, parent: Category | undefined): Category => {
    const handle = handleFrom(title) || 'category'
    const below = parent ? `${parent.handle}-${handle}` : handle
    const category: Category = {
      id: ids.next(),
      handle: byHandle.has(handle) ? freeHandle(below, byHandle) : handle,
      title,
      position: children.get(parent?.id) ?? 0,
      parentId: parent?.id,
    }
    keep(category)
    wanted.push(category)
    return category
  }

  const child = (title: string, parent: Category | undefined): Category | undefined => {
    const titled = byTitle.get(titleKey(parent?.id, title))
    const named = byHandle.get(handleFrom(title))
    return titled ?? (named?.parentId === parent?.id ? named : undefined)
  }

  const find = (path: readonly string[]): CategoryRef => {
    const [only = ''] = path
    // A single name may mean a category anywhere in the tree.
    const anywhere =
      path.length === 1 ? (child(only, undefined) ?? byHandle.get(handleFrom(only))) : undefined
    if (anywhere) return { handle: anywhere.handle, title: anywhere.title }
    let at: Category | undefined
    for (const title of path) at = child(title, at) ?? add(title, at)
    return { handle: at?.handle ?? '', title: at?.title ?? '' }
  }

  for (const category of stored) keep(category)
  return { find, takeWanted: () => wanted.splice(0) }
}
