import { type Clock, money } from '@micromart/kernel'
import { alone, inTransaction, marks } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import type { DueRefund, Refunds } from '../model/ports.ts'
import type { ForeignRefund } from '../model/refund.ts'
import { refundOf } from './refund-rows.ts'
import { paymentTable, refundTable } from './rows.ts'

type Row = {
  readonly id: string
  readonly order_id: string
  readonly amount: string
  readonly currency: string
  readonly origin: ForeignRefund['origin']
  readonly foreign_at: Date
}

/** In the order of an index that holds foreign refunds alone: a page costs as much as it holds. */
const page = `
  SELECT r.id, p.order_id, r.amount, r.currency, r.origin, r.foreign_at
  FROM refunds r JOIN payments p ON p.id = r.payment_id
  WHERE r.foreign_at >= ? AND (r.foreign_at > ? OR r.id > ?)
  ORDER BY r.foreign_at, r.id LIMIT ?`

const foreignOf = (row: Row): ForeignRefund => ({
  id: row.id,
  orderId: row.order_id,
  amount: money(BigInt(row.amount), row.currency),
  origin: row.origin,
  bookedAt: row.foreign_at,
})

const beginning = { bookedAt: new Date(0), id: '' }

export const foreignRefunds =
  (db: DataSource): Refunds['foreign'] =>
  async (after = beginning, limit) => {
    const { bookedAt, id } = after
    const rows = await alone(() => db.query<Row[]>(page, [bookedAt, bookedAt, id, limit]))
    return rows.map(foreignOf)
  }

const longestPause = 60

/** Rows that another replica is taking right now are passed over, not waited for. */
const lockDue = async (tx: EntityManager, at: Date, most: number): Promise<readonly string[]> => {
  const rows: readonly { readonly id: string }[] = await tx.query(
    'SELECT id FROM refunds WHERE due_at <= ? ORDER BY due_at LIMIT ? FOR UPDATE SKIP LOCKED',
    [at, most],
  )
  return rows.map(({ id }) => id)
}

/** The pause before the next try doubles from a second to a minute; it is the taker's lease too. */
const postpone = (tx: EntityManager, at: Date, ids: readonly string[]) =>
  tx.query(
    `UPDATE refunds
        SET due_at = ? + INTERVAL LEAST(?, 1 << LEAST(tries, 10)) SECOND, tries = tries + 1
      WHERE id IN (${marks(ids)})`,
    [at, longestPause, ...ids],
  )

const readDue = async (tx: EntityManager, ids: readonly string[]): Promise<DueRefund[]> => {
  const refunds = await refundTable.select(tx, `WHERE id IN (${marks(ids)})`, ids)
  const paymentIds = refunds.map(({ paymentId }) => paymentId)
  const where = `WHERE id IN (${marks(paymentIds)})`
  const payments = await paymentTable.select(tx, where, paymentIds)
  const charges = new Map(payments.map(({ id, chargeId }) => [id, chargeId]))
  return refunds.map((row) => ({
    refund: refundOf(row),
    chargeId: charges.get(row.paymentId) ?? undefined,
  }))
}

export const dueRefunds =
  (db: DataSource, clock: Clock): Refunds['takeDue'] =>
  (most) =>
    inTransaction(db, async (tx) => {
      const now = clock.now()
      const ids = await lockDue(tx, now, most)
      if (ids.length === 0) return []
      await postpone(tx, now, ids)
      return readDue(tx, ids)
    })
