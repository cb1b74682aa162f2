import { type Clock, type Ids, money } from '@micromart/kernel'
import { inTransaction, isDuplicate } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import type { Refund, RefundRequest } from '../model/charge.ts'
import { IdempotencyMismatch, RefundExceedsCharge, RefundRefused } from '../model/errors.ts'
import type { Refunds } from '../model/ports.ts'
import { chargeOf } from './charge-rows.ts'
import { addNotice } from './notices-mysql.ts'
import { type ChargeRow, chargeRows, ledgerRows, type RefundRow, refundRows } from './rows.ts'

type Source = {
  readonly clock: Clock
  readonly ids: Ids
  /** Called after a commit that added a notice. */
  readonly wake: () => void
}

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

/** The merchant hears of every refund, its own ones too, with all that has gone back by then. */
const tell = (tx: EntityManager, row: ChargeRow, { ids, clock }: Source) =>
  addNotice(
    tx,
    { id: ids.next(), type: 'charge.refunded', charge: chargeOf(row), refunded: row.refunded },
    clock.now(),
  )

export const refundsMysql = (db: DataSource, source: Source): Refunds => {
  const { clock, ids, wake } = source
  const refundNow = (request: RefundRequest): Promise<Refund> =>
    inTransaction(db, async (tx) => {
      const row = { ...request, id: ids.next(), createdAt: clock.now() }
      await tx.insert(refundRows, row)
      await takeFromCharge(tx, request)
      const charge = await chargeById(tx, request.chargeId)
      if (charge.keepsMoney) throw new RefundRefused()
      await enter(tx, row, charge)
      await tell(tx, charge, source)
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
        const refund = await refundNow(request)
        wake()
        return refund
      } catch (error) {
        if (isDuplicate(error, 'PRIMARY')) return earlier(request)
        throw error
      }
    },
  }
}
