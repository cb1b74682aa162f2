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
import { linesTable, ordersTable } from './rows.ts'
import { write } from './table.ts'
import { addEntries } from './timeline-mysql.ts'

const changed = ordersTable.assignments([
  'status',
  'version',
  'paymentStatus',
  'subtotal',
  'shipping',
  'tax',
  'discount',
  'total',
  'stockClaimed',
  'holdUntil',
  'dueAt',
  'tries',
  'updatedAt',
])

/** The WHERE is the check: of two writers who read the same version one finds no row. */
const updateRow = async (tx: EntityManager, { from, to }: Change): Promise<boolean> => {
  const matched = await write(
    tx,
    `UPDATE orders SET ${changed.text} WHERE id = ? AND status = ? AND version = ?`,
    [...changed.valuesOf(changing(to)), from.id, from.status, from.version],
  )
  return matched === 1
}

const newPrices = ` ON DUPLICATE KEY UPDATE sku = VALUES(sku), title = VALUES(title),
  quantity = VALUES(quantity), unit_price = VALUES(unit_price)`

const writePrices = async (tx: EntityManager, { from, to }: Change): Promise<void> => {
  if (from.lines !== to.lines) await linesTable.insert(tx, lineRowsOf(to), newPrices)
}

const writeKey = async (tx: EntityManager, orderId: string, key: KeyEffect | undefined) => {
  if (!key) return
  if (key.effect === 'free') {
    await write(tx, 'DELETE FROM idempotency_keys WHERE order_id = ?', [orderId])
    return
  }
  const frozen = key.effect === 'freeze' ? JSON.stringify(key.frozen) : null
  const sql = 'UPDATE idempotency_keys SET locked_until = NULL, frozen = ? WHERE order_id = ?'
  await write(tx, sql, [frozen, orderId])
}

const freeCart = (tx: EntityManager, orderId: string) =>
  write(tx, 'DELETE FROM cart_checkout WHERE order_id = ?', [orderId])

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
      if (from.status !== to.status && cameToNothing(to.status)) await freeCart(tx, to.id)
      await writeKey(tx, to.id, key)
      if (fact) await tell(tx, ids.next(), to, fact)
      return true
    })
    if (written && fact) wakeRelay()
    return written ? to : undefined
  }
