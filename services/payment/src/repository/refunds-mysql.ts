import { type Clock, type Money, money } from '@micromart/kernel'
import { addEvent, inTransaction, isDuplicate } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import { AmountMismatch, RefundExceedsCapture } from '../model/errors.ts'
import type { Payment } from '../model/payment.ts'
import type { Refunds } from '../model/ports.ts'
import type { Refund } from '../model/refund.ts'
import { refundFact } from './payment-events.ts'
import type { Telling } from './payments-mysql.ts'
import { paymentRows, type RefundRow, refundRows } from './rows.ts'

const refundOf = (row: RefundRow): Refund => ({
  id: row.id,
  paymentId: row.paymentId,
  amount: money(row.amount, row.currency),
  done: row.done,
})

/** The WHERE is the check: refunds that come at once can't add up to more than was captured. */
const take = async (tx: EntityManager, paymentId: string, { amount, currency }: Money) => {
  const { affected } = await tx
    .createQueryBuilder()
    .update(paymentRows)
    .set({ refundAsked: () => 'refund_asked + :more' })
    .where(
      `id = :paymentId AND status = 'captured' AND currency = :currency
       AND amount >= refund_asked + :more`,
    )
    .setParameters({ paymentId, currency, more: amount.toString() })
    .execute()
  if (affected !== 1) throw new RefundExceedsCapture()
}

/** Confirms once: whoever turns `done` adds the amount and tells of it. */
const confirmOnce = async (tx: EntityManager, { id, paymentId, amount }: Refund, now: Date) => {
  const { affected } = await tx.update(
    refundRows,
    { id, done: false },
    { done: true, updatedAt: now },
  )
  if (affected !== 1) return false
  await tx.increment(paymentRows, { id: paymentId }, 'refunded', amount.amount.toString())
  return true
}

export const refundsMysql = (
  db: DataSource,
  { ids, wake, counters, clock }: Telling & { readonly clock: Clock },
): Refunds => {
  const insert = (id: string, payment: Payment, amount: Money): Promise<Refund> =>
    inTransaction(db, async (tx) => {
      const now = clock.now()
      const times = { createdAt: now, updatedAt: now }
      const row = { id, paymentId: payment.id, ...amount, done: false, ...times }
      await tx.insert(refundRows, row)
      await take(tx, payment.id, amount)
      return refundOf(row)
    })
  const earlier = async (id: string, payment: Payment, amount: Money): Promise<Refund> => {
    const first = refundOf(await db.getRepository(refundRows).findOneByOrFail({ id }))
    const same = first.paymentId === payment.id && first.amount.amount === amount.amount
    if (!same || first.amount.currency !== amount.currency) throw new AmountMismatch()
    return first
  }
  return {
    reserve: async ({ id, payment, amount }) => {
      try {
        return await insert(id, payment, amount)
      } catch (error) {
        if (isDuplicate(error)) return earlier(id, payment, amount)
        throw error
      }
    },
    confirm: async (refund, payment) => {
      const now = clock.now()
      const confirmed = await inTransaction(db, async (tx) => {
        if (!(await confirmOnce(tx, refund, now))) return false
        await addEvent(tx, { ...refundFact(refund, payment), id: ids.next(), occurredAt: now })
        return true
      })
      if (!confirmed) return
      counters.refunded()
      wake()
    },
  }
}
