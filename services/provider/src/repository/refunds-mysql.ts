import { type Clock, type Ids, money } from '@micromart/kernel'
import { inTransaction, isDuplicate } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import type { Refund, RefundRequest } from '../model/charge.ts'
import { IdempotencyMismatch, RefundExceedsCharge, RefundRefused } from '../model/errors.ts'
import type { Refunds } from '../model/ports.ts'
import { type ChargeRow, chargeRows, ledgerRows, type RefundRow, refundRows } from './rows.ts'

/** The WHERE is the check: two refunds of the last cent cannot both win. */
const takeFromCharge = async (tx: EntityManager, { chargeId, amount }: RefundRequest) => {
  const { affected } = await tx
    .createQueryBuilder()
    .update(chargeRows)
    .set({ refunded: () => 'refunded + :more' })
    .where(`id = :chargeId AND status = 'succeeded' AND amount >= refunded + :more`, { chargeId })
    .setParameter('more', amount.toString())
    .execute()
  if (affected !== 1) throw new RefundExceedsCharge()
}

const enter = (tx: EntityManager, refund: RefundRow, charge: ChargeRow) =>
  tx.insert(ledgerRows, {
    kind: 'refund',
    chargeId: refund.chargeId,
    key: refund.key,
    reference: charge.reference ?? '',
    amount: refund.amount,
    currency: charge.currency ?? '',
    at: refund.createdAt,
  })

const chargeById = (tx: EntityManager, id: string): Promise<ChargeRow> =>
  tx.findOneByOrFail(chargeRows, { id })

export const refundsMysql = (
  db: DataSource,
  { clock, ids }: { clock: Clock; ids: Ids },
): Refunds => {
  const refundNow = (request: RefundRequest): Promise<Refund> =>
    inTransaction(db, async (tx) => {
      const row = { ...request, id: ids.next(), createdAt: clock.now() }
      await tx.insert(refundRows, row)
      await takeFromCharge(tx, request)
      const charge = await chargeById(tx, request.chargeId)
      if (charge.keepsMoney) throw new RefundRefused()
      await enter(tx, row, charge)
      return {
        id: row.id,
        chargeId: row.chargeId,
        amount: money(row.amount, charge.currency ?? ''),
      }
    })

  const earlier = async ({ key, chargeId, amount }: RefundRequest): Promise<Refund> => {
    const row = await db.getRepository(refundRows).findOneByOrFail({ key })
    if (row.chargeId !== chargeId || row.amount !== amount) throw new IdempotencyMismatch()
    const { currency } = await chargeById(db.manager, chargeId)
    return { id: row.id, chargeId, amount: money(amount, currency ?? '') }
  }

  return {
    refund: async (request) => {
      try {
        return await refundNow(request)
      } catch (error) {
        if (isDuplicate(error, 'PRIMARY')) return earlier(request)
        throw error
      }
    },
  }
}
