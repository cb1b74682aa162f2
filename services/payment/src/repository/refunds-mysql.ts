import type { Acting, Clock, Money, NewAuditEntry } from '@micromart/kernel'
import { inTransaction, isDuplicate, recordAudit, write } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import { AmountMismatch, RefundExceedsCapture } from '../model/errors.ts'
import type { Payment } from '../model/payment.ts'
import type { Refunds } from '../model/ports.ts'
import type { Refund } from '../model/refund.ts'
import { refundEnds } from '../model/refund-news.ts'
import { countWritten, writeChange } from './account-change.ts'
import { lockAccount } from './account-rows.ts'
import { dueRefunds, foreignRefunds } from './foreign-refunds.ts'
import type { Telling } from './payments-mysql.ts'
import { insertRefund, refundOf } from './refund-rows.ts'
import { refundTable } from './rows.ts'

/**
 * The WHERE is the check: refunds that come at once can't add up to more than was captured, also after the payment had ended.
 */
const take = async (tx: EntityManager, id: string, { amount, currency }: Money): Promise<void> => {
  const more = amount.toString()
  const taken = await write(
    tx,
    `UPDATE payments SET refund_asked = refund_asked + ?
     WHERE id = ? AND currency = ? AND amount >= refund_asked + ?
       AND (status = 'captured'
         OR EXISTS (SELECT 1 FROM refunds WHERE payment_id = payments.id AND origin = 'late'))`,
    [more, id, currency, more],
  )
  if (taken !== 1) throw new RefundExceedsCapture()
}

/** Which app has asked for it; order's own log says which of the staff did. */
const refundAudit = (by: Acting, { id, paymentId, amount }: Refund, at: Date): NewAuditEntry => ({
  by,
  at,
  action: 'payment.refund',
  objectId: paymentId,
  after: { refundId: id, amount: Number(amount.amount), currency: amount.currency },
})

export const refundsMysql = (
  db: DataSource,
  { ids, wake, counters, clock }: Telling & { readonly clock: Clock },
): Refunds => {
  const insert = (refund: Refund, by: Acting): Promise<Refund> =>
    inTransaction(db, async (tx) => {
      const at = clock.now()
      await insertRefund(tx, refund, at)
      await take(tx, refund.paymentId, refund.amount)
      await recordAudit(tx, refundAudit(by, refund, at))
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
  const end = async ({ id, paymentId }: Refund, outcome: 'refunded' | 'refused') => {
    const written = await inTransaction(db, async (tx) => {
      const account = await lockAccount(tx, { id: paymentId })
      if (account === undefined) throw new Error(`refund ${id} has no payment`)
      const change = refundEnds(account, { id, outcome }, ids)
      if (change === undefined) return undefined
      const { orderId } = account.payment
      return writeChange(tx, account, change, { orderId, ids, now: clock.now() })
    })
    if (written === undefined) return false
    countWritten(written, counters)
    wake()
    return true
  }
  return {
    reserve: async ({ id, payment, amount, by }) => {
      try {
        const wanted = {
          id,
          paymentId: payment.id,
          amount,
          status: 'pending',
          origin: 'order',
        } as const
        return await insert(wanted, by)
      } catch (error) {
        if (isDuplicate(error)) return earlier(id, payment, amount)
        throw error
      }
    },
    confirm: async (refund) => {
      await end(refund, 'refunded')
    },
    refuse: (refund) => end(refund, 'refused'),
    foreign: foreignRefunds(db),
    takeDue: dueRefunds(db, clock),
  }
}
