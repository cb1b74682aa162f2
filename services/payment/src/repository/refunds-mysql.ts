import type { Clock, Money } from '@micromart/kernel'
import { inTransaction, isDuplicate, write } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import { AmountMismatch, RefundExceedsCapture } from '../model/errors.ts'
import { postingsOfRefund } from '../model/ledger.ts'
import type { Payment } from '../model/payment.ts'
import type { Refunds } from '../model/ports.ts'
import type { Refund } from '../model/refund.ts'
import { lockAccount } from './account-rows.ts'
import { enterPostings } from './ledger-mysql.ts'
import type { Telling } from './payments-mysql.ts'
import { endRefund, insertRefund, refundOf } from './refund-rows.ts'
import { refundTable } from './rows.ts'

/** The WHERE is the check: refunds that come at once can't add up to more than was captured. */
const take = async (tx: EntityManager, id: string, { amount, currency }: Money): Promise<void> => {
  const more = amount.toString()
  const taken = await write(
    tx,
    `UPDATE payments SET refund_asked = refund_asked + ?
     WHERE id = ? AND status = 'captured' AND currency = ? AND amount >= refund_asked + ?`,
    [more, id, currency, more],
  )
  if (taken !== 1) throw new RefundExceedsCapture()
}

export const refundsMysql = (
  db: DataSource,
  { ids, wake, counters, clock }: Telling & { readonly clock: Clock },
): Refunds => {
  const insert = (refund: Refund): Promise<Refund> =>
    inTransaction(db, async (tx) => {
      await insertRefund(tx, refund, clock.now())
      await take(tx, refund.paymentId, refund.amount)
      return refund
    })
  const earlier = async (id: string, payment: Payment, amount: Money): Promise<Refund> => {
    const [row] = await refundTable.select(db, 'WHERE id = ?', [id])
    if (row === undefined) throw new Error(`refund ${id} is a duplicate of none`)
    const same = row.paymentId === payment.id && row.amount === amount.amount
    if (!same || row.currency !== amount.currency) throw new AmountMismatch()
    return refundOf(row)
  }
  /** The payment's row is locked first, as in every change of its money. */
  const end = (ended: Refund): Promise<boolean> =>
    inTransaction(db, async (tx) => {
      const account = await lockAccount(tx, { id: ended.paymentId })
      if (account === undefined) throw new Error(`refund ${ended.id} has no payment`)
      const { payment, refunds, balances } = account
      const isOpen = refunds.some(({ id, status }) => id === ended.id && status === 'pending')
      if (!isOpen) return false
      const now = clock.now()
      if (ended.status === 'refunded') {
        await enterPostings(tx, payment.id, postingsOfRefund(balances, ended), now)
      }
      return endRefund(tx, ended, { orderId: payment.orderId, ids, now })
    })
  return {
    reserve: async ({ id, payment, amount }) => {
      try {
        return await insert({ id, paymentId: payment.id, amount, status: 'pending' })
      } catch (error) {
        if (isDuplicate(error)) return earlier(id, payment, amount)
        throw error
      }
    },
    confirm: async (refund) => {
      if (!(await end({ ...refund, status: 'refunded' }))) return
      counters.refunded()
      wake()
    },
    refuse: async (refund) => {
      const refused = await end({ ...refund, status: 'refused' })
      if (refused) counters.refused()
      return refused
    },
  }
}
