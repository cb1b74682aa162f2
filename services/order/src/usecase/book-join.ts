import type { Books, IdentifiedOrder, RemoteBooks } from '../model/book-ports.ts'
import type { BookRecord } from '../model/book-record.ts'
import { type BookCursor, sought, streamed } from './book-cursor.ts'

/** Rows of a page, and records of a batch: what the check holds in memory, a few times over. */
export const pageSize = 500

type Heads = readonly BookCursor<{ readonly orderId: string }>[]

const nextId = (cursors: Heads): string | undefined => {
  let least: string | undefined
  for (const cursor of cursors) {
    const id = cursor.head()?.orderId
    if (id !== undefined && (least === undefined || id < least)) least = id
  }
  return least
}

const fillAll = async (cursors: Heads): Promise<void> => {
  if (cursors.every((cursor) => cursor.isFilled())) return
  await Promise.all(cursors.map((cursor) => cursor.fill()))
}

/** Every id that any store knows, after one of them, in batches: four sorted streams merged into one. */
export async function* joinedAfter(
  { own, remote }: Pick<Books, 'own' | 'remote'>,
  after: string,
): AsyncGenerator<readonly BookRecord[]> {
  const providerKnown = await remote.providerKnown()
  const orders = streamed(own.page, after, pageSize)
  const holds = streamed(remote.holds, after, pageSize)
  const payments = streamed(remote.payments, after, pageSize)
  const provider = streamed(remote.provider, after, pageSize)
  const cursors = [orders, holds, payments, provider]
  let batch: BookRecord[] = []
  for (;;) {
    await fillAll(cursors)
    const id = nextId(cursors)
    if (id === undefined) break
    batch.push({
      id,
      order: orders.take(id)?.order,
      hold: holds.take(id),
      payment: payments.take(id),
      provider: provider.take(id),
      providerKnown,
      leftInCart: false,
    })
    if (batch.length < pageSize) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

const lookups = (remote: RemoteBooks) => ({
  hold: sought(remote.holds, pageSize),
  payment: sought(remote.payments, pageSize),
  provider: sought(remote.provider, pageSize),
})

const sideBySide = async <T>(
  ids: readonly string[],
  find: (id: string) => Promise<T | undefined>,
): Promise<ReadonlyMap<string, T>> => {
  const found = new Map<string, T>()
  for (const id of ids) {
    const row = await find(id)
    if (row !== undefined) found.set(id, row)
  }
  return found
}

const byId = (rows: readonly IdentifiedOrder[]) =>
  new Map(rows.map(({ orderId, order }) => [orderId, order]))

/** What all stores say of some ids now. @param ids at most a page of them */
export const recordsOf = async (
  { own, remote }: Pick<Books, 'own' | 'remote'>,
  ids: readonly string[],
): Promise<readonly BookRecord[]> => {
  const sorted = ids.toSorted()
  const find = lookups(remote)
  const [orders, holds, payments, provider, providerKnown] = await Promise.all([
    own.byIds(sorted).then(byId),
    sideBySide(sorted, find.hold),
    sideBySide(sorted, find.payment),
    sideBySide(sorted, find.provider),
    remote.providerKnown(),
  ])
  return sorted.map((id) => ({
    id,
    order: orders.get(id),
    hold: holds.get(id),
    payment: payments.get(id),
    provider: provider.get(id),
    providerKnown,
    leftInCart: false,
  }))
}
