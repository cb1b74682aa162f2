import { type Ids, money } from '@micromart/kernel'
import { addEvent, write } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { Refund } from '../model/refund.ts'
import { refundFact } from './payment-events.ts'
import { type RefundRow, refundTable } from './rows.ts'

export const refundOf = (row: RefundRow): Refund => ({
  id: row.id,
  paymentId: row.paymentId,
  amount: money(row.amount, row.currency),
  status: row.status,
  origin: row.origin,
})

/** What this service owes by itself is due at once. */
export const insertRefund = (tx: EntityManager, refund: Refund, now: Date): Promise<void> => {
  const { amount, ...rest } = refund
  const done = refund.status === 'refunded'
  const dueAt = refund.origin === 'late' && refund.status === 'pending' ? now : null
  const foreignAt = refund.origin === 'order' ? null : now
  const times = { dueAt, foreignAt, createdAt: now, updatedAt: now }
  return refundTable.insert(tx, [{ ...rest, ...amount, done, ...times }])
}

/** Gives a refund its one outcome; whoever wins writes the rest. */
const endOnce = async (tx: EntityManager, { id, status }: Refund, now: Date): Promise<boolean> => {
  const ended = await write(
    tx,
    `UPDATE refunds SET status = ?, done = ?, due_at = NULL, updated_at = ?
     WHERE id = ? AND status = 'pending'`,
    [status, status === 'refunded', now, id],
  )
  return ended === 1
}

/** The sum is read from the ledger: the payment's own figure can't part from it. */
const refundedByLedger = `
  UPDATE payments p SET p.updated_at = ?, p.refunded = (
    SELECT COALESCE(SUM(l.amount), 0) FROM ledger_entries l
    WHERE l.payment_id = p.id AND l.account = 'refunded' AND l.side = 'credit')
  WHERE p.id = ?`

const freed = 'UPDATE payments SET refund_asked = refund_asked - ?, updated_at = ? WHERE id = ?'

export type Telling = { readonly orderId: string; readonly ids: Ids; readonly now: Date }

/** What a refund leaves besides its entries: the payment's figure and the event. */
export const tellRefund = async (
  tx: EntityManager,
  refund: Refund,
  { orderId, ids, now }: Telling,
): Promise<void> => {
  await write(tx, refundedByLedger, [now, refund.paymentId])
  await addEvent(tx, { ...refundFact(refund, orderId), id: ids.next(), occurredAt: now })
}

/**
 * Ends a refund with its outcome. A refused one gives back what it had reserved.
 * @returns false when it had an outcome already
 */
export const endRefund = async (
  tx: EntityManager,
  ended: Refund,
  telling: Telling,
): Promise<boolean> => {
  if (!(await endOnce(tx, ended, telling.now))) return false
  if (ended.status === 'refunded') await tellRefund(tx, ended, telling)
  else await write(tx, freed, [ended.amount.amount.toString(), telling.now, ended.paymentId])
  return true
}
