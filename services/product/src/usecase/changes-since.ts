import { changeCursorFrom, changeCursorText, type ProductChange } from '../model/changes.ts'
import type { Changes } from '../model/ports.ts'

export type ChangesAnswer = {
  readonly cursor: string
  readonly changes: readonly ProductChange[]
  /** The cursor is too old to list the changes: drop everything. */
  readonly reset: boolean
}

/** The products changed after a cursor; an empty one answers the present cursor. @throws CursorInvalid */
export const changesSince =
  ({ changes }: { readonly changes: Changes }) =>
  async (cursor: string): Promise<ChangesAnswer> => {
    const found = cursor === '' ? undefined : await changes.since(changeCursorFrom(cursor))
    if (found) {
      return { cursor: changeCursorText(found.cursor), changes: found.changes, reset: false }
    }
    const present = changeCursorText(await changes.present())
    return { cursor: present, changes: [], reset: cursor !== '' }
  }
