import { topics } from '@micromart/contracts'
import { ProductChanged } from '@micromart/contracts/events'
import { addEvent, insertAll } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { Clock, Ids } from '@micromart/kernel'
import { tables } from './rows.ts'

/** What the parts of this folder need to write down: when, and under which id. */
export type Stamp = { readonly clock: Clock; readonly ids: Ids }

export type Changed = { readonly id: string; readonly handle: string; readonly version: number }

/**
 * Tells caches (product_changes) and the bus (outbox) about changed products. The last step of a transaction: the ids that
 * product_changes gives out stay unseen until the commit, and that must be short.
 */
export const announce = async (
  tx: EntityManager,
  products: readonly Changed[],
  { clock, ids }: Stamp,
): Promise<void> => {
  const now = clock.now()
  for (const { id, handle, version } of products) {
    await addEvent(tx, {
      id: ids.next(),
      topic: topics.productChanged,
      aggregateId: id,
      payload: ProductChanged.toJSON({ productId: id, handle, version: BigInt(version) }),
      occurredAt: now,
    })
  }
  const rows = products.map(({ id, handle }) => ({ productId: id, handle, at: now }))
  await insertAll(tx, tables.changes, rows)
}
