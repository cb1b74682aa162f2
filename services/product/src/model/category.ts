import { RequestInvalid } from './errors.ts'

export type Category = {
  readonly id: string
  readonly handle: string
  readonly title: string
  readonly position: number
  readonly parentId: string | undefined
}

export type CategoryNode = Omit<Category, 'parentId'> & {
  readonly children: readonly CategoryNode[]
}

export type CategoryDraft = {
  readonly title: string
  readonly handle?: string | undefined
  /** Handle of the parent. */
  readonly parent?: string | undefined
}

/** Deeper trees are a mistake of the file that is imported. */
export const maxDepth = 8

const inOrder = (left: Category, right: Category): number =>
  left.position - right.position || left.title.localeCompare(right.title, 'en')

/** The tree, siblings by position and title. A row whose parent is missing stands at the top. */
export const categoryTree = (rows: readonly Category[]): readonly CategoryNode[] => {
  const known = new Set(rows.map(({ id }) => id))
  const byParent = Map.groupBy(rows.toSorted(inOrder), ({ parentId }) =>
    parentId !== undefined && known.has(parentId) ? parentId : undefined,
  )
  const nodesUnder = (parent: string | undefined): readonly CategoryNode[] =>
    (byParent.get(parent) ?? []).map(({ id, handle, title, position }) => ({
      id,
      handle,
      title,
      position,
      children: nodesUnder(id),
    }))
  return nodesUnder(undefined)
}

/** A category and all above it, itself first. */
export const lineage = (
  category: Category,
  byId: ReadonlyMap<string, Category>,
): readonly Category[] => {
  const line: Category[] = []
  let at: Category | undefined = category
  while (at !== undefined && line.length < maxDepth) {
    line.push(at)
    at = at.parentId === undefined ? undefined : byId.get(at.parentId)
  }
  return line
}

/** Titles from the root down, as the CSV writes them: `Kitchen > Mugs`. */
export const categoryPath = (category: Category, byId: ReadonlyMap<string, Category>): string =>
  lineage(category, byId)
    .map(({ title }) => title)
    .toReversed()
    .join(' > ')

/** The titles of a path from the root down. Empty parts are dropped. */
export const pathTitles = (path: string): readonly string[] =>
  path
    .split('>')
    .map((part) => part.trim())
    .filter((part) => part !== '')

/** @throws RequestInvalid at /title: empty, too long, or with the `>` that separates a path's parts */
export const checkCategoryTitle = (title: string): string => {
  const text = title.trim()
  if (text.length >= 1 && text.length <= 200 && !/[>\p{Cc}]/u.test(text)) return text
  throw new RequestInvalid('/title', 'title_invalid', 'has 1 to 200 characters and no >')
}
