import type { Ids } from '@micromart/kernel'
import {
  addEvent,
  alone,
  type Connection,
  inStatement,
  inTransaction,
  isDuplicate,
  write,
} from '@micromart/store'
import type { DataSource } from 'typeorm'
import type { Payment } from '../model/payment.ts'
import type { Payments } from '../model/ports.ts'
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
const update = async (tx: Connection, payment: Payment): Promise<boolean> => {
  const values = [...moved.valuesOf(movedColumns(payment)), payment.id, payment.version - 1]
  return (await write(tx, moveOnce, values)) === 1
}

/** Payments in MySQL: the unique order id and the version decide every race. */
export const paymentsMysql = (db: DataSource, { ids, wake, counters }: Telling): Payments => {
  const find = async (orderId: string): Promise<Payment | undefined> => {
    const [row] = await alone(() => paymentTable.select(db, 'WHERE order_id = ?', [orderId]))
    return row && paymentOf(row)
  }
  const saveAndTell = async (moved: Payment): Promise<boolean> => {
    const fact = factOf(moved)
    if (fact === undefined) return inStatement(db, (tx) => update(tx, moved))
    const saved = await inTransaction(db, async (tx) => {
      if (!(await update(tx, moved))) return false
      await addEvent(tx, { ...fact, id: ids.next(), occurredAt: moved.updatedAt })
      return true
    })
    if (saved) wake()
    return saved
  }
  return {
    find,
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
    save: async (moved) => {
      const saved = await saveAndTell(moved)
      if (saved) counters.moved(moved)
      return saved
    },
  }
}
