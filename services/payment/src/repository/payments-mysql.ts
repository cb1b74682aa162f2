import type { Ids } from '@micromart/kernel'
import {
  addEvent,
  alone,
  type Connection,
  inStatement,
  inTransaction,
  isDuplicate,
  marks,
  write,
} from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import { postingsOfMove } from '../model/ledger.ts'
import type { Payment, PaymentStatus } from '../model/payment.ts'
import type { Payments } from '../model/ports.ts'
import { enterPostings } from './ledger-mysql.ts'
import { factOf } from './payment-events.ts'
import type { PaymentCounters } from './payment-metrics.ts'
import { movedColumns, movedProperties, newRow, paymentOf } from './payment-rows.ts'
import { paymentTable } from './rows.ts'

export type Telling = {
  readonly ids: Ids
  /** Called after a commit that added an event. */
  readonly wake: () => void
  readonly counters: PaymentCounters
}

const moved = paymentTable.assignments('p', movedProperties)
const moveOnce = `UPDATE payments p SET ${moved.text} WHERE p.id = ? AND p.version = ?`

/** One move, by the one who read the version before it. */
export const updatePayment = async (tx: Connection, payment: Payment): Promise<boolean> => {
  const values = [...moved.valuesOf(movedColumns(payment)), payment.id, payment.version - 1]
  return (await write(tx, moveOnce, values)) === 1
}

/** Writes a move with its entries and its event. @returns false when another call moved the payment meanwhile */
export const writeMove = async (
  tx: EntityManager,
  moved: Payment,
  from: PaymentStatus,
  ids: Ids,
): Promise<boolean> => {
  if (!(await updatePayment(tx, moved))) return false
  await enterPostings(tx, moved.id, postingsOfMove(from, moved), moved.updatedAt)
  const fact = factOf(moved)
  if (fact) await addEvent(tx, { ...fact, id: ids.next(), occurredAt: moved.updatedAt })
  return true
}

/** Payments in MySQL: the unique order id and the version decide every race. */
export const paymentsMysql = (db: DataSource, { ids, wake, counters }: Telling): Payments => {
  const find = async (orderId: string): Promise<Payment | undefined> => {
    const [row] = await alone(() => paymentTable.select(db, 'WHERE order_id = ?', [orderId]))
    return row && paymentOf(row)
  }
  const isAlone = (moved: Payment, from: PaymentStatus): boolean =>
    factOf(moved) === undefined && postingsOfMove(from, moved).length === 0
  return {
    find,
    of: async (orderIds) => {
      if (orderIds.length === 0) return []
      const where = `WHERE order_id IN (${marks(orderIds)})`
      return (await alone(() => paymentTable.select(db, where, orderIds))).map(paymentOf)
    },
    add: async (payment) => {
      try {
        await inStatement(db, (tx) => paymentTable.insert(tx, [newRow(payment)]))
        return payment
      } catch (error) {
        const first = isDuplicate(error) ? await find(payment.orderId) : undefined
        if (first === undefined) throw error
        return first
      }
    },
    save: async (moved, from) => {
      if (isAlone(moved, from)) return inStatement(db, (tx) => updatePayment(tx, moved))
      const saved = await inTransaction(db, (tx) => writeMove(tx, moved, from, ids))
      if (!saved) return false
      wake()
      counters.moved(moved)
      return true
    },
  }
}
