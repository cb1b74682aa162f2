import { CursorInvalid } from './errors.ts'

/**
 * Where a reader of product_changes stands. Ids are given out when a transaction writes and seen when it commits, so a
 * lower id may appear after a higher one: the reader remembers the ids it has not seen below `last` and asks for them
 * again. An id that stays away for longer than any transaction lasts was rolled back.
 */
export type ChangeCursor = {
  readonly last: number
  readonly gaps: readonly { readonly id: number; readonly since: number }[]
}

export type ChangeRow = {
  readonly id: number
  readonly productId: string
  readonly handle: string
}

export type ProductChange = { readonly productId: string; readonly handle: string }

/** Longer than the longest transaction: three seconds of lock wait for each of its statements. */
export const gapMs = 60_000
/** More holes than this is no longer a list but a catastrophe: the reader starts anew. */
export const maxGaps = 1_000

/**
 * The cursor after reading `rows`.
 * @param rows with id > cursor.last or among its gaps, ascending
 * @returns undefined when too much is missing: the reader has to start anew
 */
export const advance = (
  { last, gaps }: ChangeCursor,
  rows: readonly ChangeRow[],
  now: number,
): ChangeCursor | undefined => {
  const seen = new Set(rows.map(({ id }) => id))
  const open = gaps.filter(({ id, since }) => !seen.has(id) && now - since < gapMs)
  let top = last
  for (const { id } of rows) {
    if (id - top > maxGaps + 1) return undefined
    for (let missing = top + 1; missing < id; missing += 1) open.push({ id: missing, since: now })
    top = Math.max(top, id)
  }
  return open.length > maxGaps ? undefined : { last: top, gaps: open }
}

export const changeCursorText = ({ last, gaps }: ChangeCursor): string =>
  [last, ...gaps.map(({ id, since }) => `${id}@${since}`)].join('~')

const form = /^\d{1,15}(~\d{1,15}@\d{1,15}){0,1000}$/

const gapOf = (gap: string) => {
  const [id, since] = gap.split('@')
  return { id: Number(id), since: Number(since) }
}

/** @throws CursorInvalid */
export const changeCursorFrom = (text: string): ChangeCursor => {
  if (!form.test(text)) throw new CursorInvalid()
  const [last = '', ...gaps] = text.split('~')
  return { last: Number(last), gaps: gaps.map(gapOf) }
}
