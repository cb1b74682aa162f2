import type { Ids } from '@micromart/kernel'
import { addEvent, type Database, inTransaction } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { Change, Fact } from '../model/change.ts'
import type { KeyEffect } from '../model/idempotency.ts'
import type { Order } from '../model/order.ts'
import type { Orders } from '../model/ports.ts'
import { cameToNothing } from '../model/status.ts'
import { messageOf } from './order-events.ts'
import { changing, lineRowsOf } from './order-mapping.ts'
import { cartCheckoutRows, idempotencyRows, lineRows, orderRows } from './rows.ts'
import { addEntries } from './timeline-mysql.ts'

/** The WHERE is the check: of two writers who read the same version one finds no row. */
const updateRow = async (tx: EntityManager, { from, to }: Change): Promise<boolean> => {
  const { id, status, version } = from
  const { affected } = await tx
    .createQueryBuilder()
    .update(orderRows)
    .set(changing(to))
    .where('id = :id AND status = :before AND version = :read', {
      id,
      before: status,
      read: version,
    })
    .execute()
  return affected === 1
}

const writePrices = async (tx: EntityManager, { from, to }: Change): Promise<void> => {
  if (from.lines === to.lines) return
  await tx
    .createQueryBuilder()
    .insert()
    .into(lineRows)
    .values(lineRowsOf(to))
    .orUpdate(['sku', 'title', 'quantity', 'unit_price'])
    .updateEntity(false)
    .execute()
}

const writeKey = async (tx: EntityManager, orderId: string, key: KeyEffect | undefined) => {
  if (!key) return
  if (key.effect === 'free') {
    await tx.delete(idempotencyRows, { orderId })
    return
  }
  const frozen = key.effect === 'freeze' ? key.frozen : null
  await tx
    .createQueryBuilder()
    .update(idempotencyRows)
    .set({ lockedUntil: null, frozen: frozen as never })
    .where({ orderId })
    .execute()
}

const tell = async (tx: EntityManager, id: string, order: Order, fact: Fact): Promise<void> => {
  await addEvent(tx, {
    ...messageOf(fact, order),
    id,
    aggregateId: order.id,
    occurredAt: order.updatedAt,
  })
}

type Deps = { readonly db: Database; readonly ids: Ids; readonly wakeRelay: () => void }

export const saveOrder =
  ({ db, ids, wakeRelay }: Deps): Orders['save'] =>
  async (change) => {
    const { from, entries, key, fact } = change
    const to = { ...change.to, version: from.version + 1 }
    const written = await inTransaction(db, async (tx) => {
      if (!(await updateRow(tx, { ...change, to }))) return false
      await writePrices(tx, change)
      await addEntries(tx, to.id, entries)
      if (from.status !== to.status && cameToNothing(to.status)) {
        await tx.delete(cartCheckoutRows, { orderId: to.id })
      }
      await writeKey(tx, to.id, key)
      if (fact) await tell(tx, ids.next(), to, fact)
      return true
    })
    if (written && fact) wakeRelay()
    return written ? to : undefined
  }
