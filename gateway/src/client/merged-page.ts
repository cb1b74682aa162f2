import { decodeCursor, DomainError, encodeCursor, type JsonValue } from '@micromart/kernel'
import { z } from 'zod'

type Page<Item> = { readonly items: readonly Item[]; readonly nextCursor?: string | undefined }

/** One part's own list, in its own order. */
export type Source<Item> = (limit: number, cursor: string | undefined) => Promise<Page<Item>>

export type Wanted<Item> = {
  readonly limit: number
  readonly cursor: string | undefined
  /** The filters: a cursor serves no others. */
  readonly boundTo: JsonValue
  /** Lists are merged by it, the newest first. */
  readonly timeOf: (item: Item) => number
}

export type MergedPage<Item> = {
  readonly items: readonly Item[]
  readonly nextCursor: string | undefined
  /** Sources that did not answer. */
  readonly unavailable: readonly string[]
}

/** How far each list has been read: its cursor, or null at its end. */
const places = z.record(z.string(), z.string().nullable())
type Places = z.output<typeof places>

type Read<Item> = {
  readonly name: string
  readonly source: Source<Item>
  readonly place: string | undefined
  readonly page: Page<Item> | undefined
  readonly fault: unknown
}

const placesOf = (cursor: string | undefined, boundTo: JsonValue): Places => {
  const read = cursor === undefined ? {} : decodeCursor(cursor, boundTo)
  const { data } = places.safeParse(read)
  if (!data) throw new DomainError('invalid', 'cursor_invalid')
  return data
}

const isAway = (error: unknown): boolean =>
  error instanceof DomainError && error.kind === 'unavailable'

const readOne = async <Item>(
  [name, source]: readonly [string, Source<Item>],
  place: string | undefined,
  limit: number,
): Promise<Read<Item>> => {
  try {
    const page = await source(limit, place)
    return { name, source, place, page, fault: undefined }
  } catch (fault) {
    if (!isAway(fault)) throw fault
    return { name, source, place, page: undefined, fault }
  }
}

/** The newest of all lists' heads, until there are enough. Each list keeps its own order. */
const merged = <Item>(
  reads: readonly Read<Item>[],
  { limit, timeOf }: Pick<Wanted<Item>, 'limit' | 'timeOf'>,
) => {
  const lists = reads.map(({ page }) => page?.items ?? [])
  const taken = lists.map(() => 0)
  const items: Item[] = []
  while (items.length < limit) {
    const heads = lists.flatMap((list, index) => {
      const head = list[taken[index] ?? 0]
      return head ? [{ head, index }] : []
    })
    const [newest] = heads.toSorted((one, other) => timeOf(other.head) - timeOf(one.head))
    if (!newest) break
    items.push(newest.head)
    taken[newest.index] = (taken[newest.index] ?? 0) + 1
  }
  return { items, taken }
}

/** Where a list goes on. A page that was used in part is asked for anew: only its end has a cursor. */
const placeAfter = async <Item>(
  { source, place, page }: Read<Item>,
  taken: number,
): Promise<string | null | undefined> => {
  if (!page || taken === 0) return page && page.items.length === 0 ? null : place
  if (taken === page.items.length) return page.nextCursor ?? null
  return (await source(taken, place)).nextCursor ?? null
}

/**
 * One page of several lists, newest first. A source that is away does not hide the others' items: it is named.
 * @throws DomainError unavailable when none answers; invalid `cursor_invalid`
 */
export const mergedPage = async <Item>(
  sources: Readonly<Record<string, Source<Item>>>,
  { limit, cursor, boundTo, timeOf }: Wanted<Item>,
): Promise<MergedPage<Item>> => {
  const before = placesOf(cursor, boundTo)
  const open = Object.entries(sources).filter(([name]) => before[name] !== null)
  const reads = await Promise.all(
    open.map((one) => readOne(one, before[one[0]] ?? undefined, limit)),
  )
  const answered = reads.filter(({ page }) => page !== undefined)
  if (answered.length === 0 && reads.length > 0) throw reads[0]?.fault
  const { items, taken } = merged(answered, { limit, timeOf })
  const after = await Promise.all(
    answered.map(async (read, index) => {
      const place = await placeAfter(read, taken[index] ?? 0)
      return [read.name, place] as const
    }),
  )
  const isOver = after.every(([, place]) => place === null)
  const next: Places = { ...before }
  for (const [name, place] of after) if (place !== undefined) next[name] = place
  return {
    items,
    nextCursor: isOver ? undefined : encodeCursor(next, boundTo),
    unavailable: reads.flatMap(({ page, name }) => (page ? [] : [name])),
  }
}
