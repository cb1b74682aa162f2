import { apps, type subscriptions } from '@micromart/contracts'
import {
  type DeadLetter,
  DeadLetterServiceService,
  type ListDeadLettersResponse,
} from '@micromart/contracts/ops'
import type { RpcClient, Sidecar } from '@micromart/dapr'
import { decodeCursor, DomainError, encodeCursor } from '@micromart/kernel'
import { z } from 'zod'

/** An app that hears events, and keeps those that it could not handle. */
export type Consumer = (typeof subscriptions)[number]['app']

/** Every consumer's letters, each asked by itself. */
export type Desk = Readonly<Record<Consumer, RpcClient<typeof DeadLetterServiceService>>>

/** The type asks for a client of every app that `subscriptions` names. */
export const connectDesk = (sidecar: Sidecar): Desk => ({
  cart: sidecar.client(DeadLetterServiceService, apps.cart, { forwardsKey: true }),
  order: sidecar.client(DeadLetterServiceService, apps.order, { forwardsKey: true }),
})

export type Wanted = {
  readonly limit: number
  readonly cursor?: string | undefined
  readonly state?: string | undefined
}

export type LetterPage = {
  readonly items: readonly DeadLetter[]
  readonly nextCursor: string | undefined
  /** Consumers that did not answer. */
  readonly unavailable: readonly string[]
}

/** How far each consumer's own list has been read: its cursor, or null at its end. */
const places = z.record(z.string(), z.string().nullable())
type Places = z.output<typeof places>

type Read = {
  readonly consumer: Consumer
  readonly client: Desk[Consumer]
  readonly place: string | undefined
  readonly page: ListDeadLettersResponse | undefined
  readonly fault: unknown
}

const placesOf = ({ cursor, state = '' }: Wanted): Places => {
  const read = cursor === undefined ? {} : decodeCursor(cursor, state)
  const { data } = places.safeParse(read)
  if (!data) throw new DomainError('invalid', 'cursor_invalid')
  return data
}

const isAway = (error: unknown): boolean =>
  error instanceof DomainError && error.kind === 'unavailable'

const readOne = async (
  [consumer, client]: [Consumer, Desk[Consumer]],
  place: string | undefined,
  { limit, state = '' }: Wanted,
): Promise<Read> => {
  try {
    const page = await client.listDeadLetters({ limit, cursor: place, state })
    return { consumer, client, place, page, fault: undefined }
  } catch (fault) {
    if (!isAway(fault)) throw fault
    return { consumer, client, place, page: undefined, fault }
  }
}

const timeOf = ({ lastFailedAt }: DeadLetter): number => lastFailedAt?.getTime() ?? 0

/** The newest of all lists' heads, until there are enough. Each list keeps the order that its consumer gave it. */
const merged = (reads: readonly Read[], limit: number) => {
  const lists = reads.map(({ page }) => page?.items ?? [])
  const taken = lists.map(() => 0)
  const items: DeadLetter[] = []
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

/** Where a consumer's list goes on. A page that was used in part is asked for anew: only its end has a cursor. */
const placeAfter = async (
  { client, place, page }: Read,
  taken: number,
  { state = '' }: Wanted,
): Promise<string | null | undefined> => {
  if (!page || taken === 0) return page && page.items.length === 0 ? null : place
  if (taken === page.items.length) return page.nextCursor ?? null
  const used = await client.listDeadLetters({ limit: taken, cursor: place, state })
  return used.nextCursor ?? null
}

/**
 * The letters of all consumers, newest first. One that is away does not hide those of the others: it is named.
 * @throws DomainError unavailable when none answers; invalid `cursor_invalid`
 */
export const listLetters = async (desk: Desk, wanted: Wanted): Promise<LetterPage> => {
  const before = placesOf(wanted)
  const open = (Object.entries(desk) as [Consumer, Desk[Consumer]][]).filter(
    ([consumer]) => before[consumer] !== null,
  )
  const reads = await Promise.all(
    open.map((one) => readOne(one, before[one[0]] ?? undefined, wanted)),
  )
  const answered = reads.filter(({ page }) => page !== undefined)
  if (answered.length === 0 && reads.length > 0) throw reads[0]?.fault
  const { items, taken } = merged(answered, wanted.limit)
  const after = await Promise.all(
    answered.map(async (read, index) => {
      const place = await placeAfter(read, taken[index] ?? 0, wanted)
      return [read.consumer, place] as const
    }),
  )
  const isOver = after.every(([, place]) => place === null)
  const next: Places = { ...before }
  for (const [consumer, place] of after) if (place !== undefined) next[consumer] = place
  return {
    items,
    nextCursor: isOver ? undefined : encodeCursor(next, wanted.state ?? ''),
    unavailable: reads.flatMap(({ page, consumer }) => (page ? [] : [consumer])),
  }
}
