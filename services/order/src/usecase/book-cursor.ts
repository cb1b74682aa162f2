import type { BookPages } from '../model/book-ports.ts'

type Keyed = { readonly orderId: string }

/** A store's rows in order of their ids. `head` is only true of the store after `fill`. */
export type BookCursor<T> = {
  /** Reads on when nothing read is left. */
  readonly fill: () => Promise<void>
  readonly isFilled: () => boolean
  readonly head: () => T | undefined
  /** Takes the row of an id, if there is one; rows before it are passed over. */
  readonly take: (id: string) => T | undefined
}

/** The UUID before a UUID: read after it, a page begins with the id itself. */
export const justBefore = (id: string): string => {
  const before = BigInt(`0x${id.replaceAll('-', '')}`) - 1n
  const digits = before.toString(16).padStart(32, '0')
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

type Row<T> = T & Keyed

const noRejection = () => undefined

/** Row after row; the next page is fetched while this one is worked on. */
export const streamed = <T>(
  read: BookPages<Row<T>>,
  after: string,
  limit: number,
): BookCursor<Row<T>> => {
  let rows: readonly Row<T>[] = []
  let at = 0
  let ended = false
  const fetchAfter = (id: string) => {
    const page = read(id, limit)
    page.catch(noRejection) // told to whoever awaits it
    return page
  }
  let next: Promise<readonly Row<T>[]> | undefined

  const isFilled = () => ended || at < rows.length
  const fill = async (): Promise<void> => {
    if (isFilled()) return
    rows = await (next ?? fetchAfter(after))
    at = 0
    const last = rows.at(-1)
    if (last === undefined) ended = true
    else next = fetchAfter(last.orderId)
  }
  return {
    fill,
    isFilled,
    head: () => rows[at],
    take: (id) => {
      const row = rows[at]
      if (row?.orderId !== id) return undefined
      at += 1
      return row
    },
  }
}

/** Above every id: there is nothing to ask for any more. */
const theEnd = '\uffff'

/**
 * Rows of chosen UUIDs, asked in ascending order. A page that held many of them makes the next one larger: neighbours
 * come together, far ones alone.
 */
export const sought = <T>(read: BookPages<Row<T>>, most: number) => {
  let rows = new Map<string, Row<T>>()
  let upTo = ''
  let limit = 8
  let asked = 2
  const readFrom = async (id: string): Promise<void> => {
    limit = asked * 4 >= limit ? Math.min(limit * 2, most) : Math.max(limit >> 2, 1)
    asked = 0
    const page = await read(justBefore(id), limit)
    rows = new Map(page.map((row) => [row.orderId, row]))
    upTo = page.at(-1)?.orderId ?? theEnd
  }
  return async (id: string): Promise<Row<T> | undefined> => {
    if (id > upTo) await readFrom(id)
    asked += 1
    return rows.get(id)
  }
}
