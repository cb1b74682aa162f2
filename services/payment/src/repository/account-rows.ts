import type { EntityManager } from 'typeorm'
import type { Account } from '../model/account.ts'
import type { NoticeRef } from '../model/notice.ts'
import { readLedger } from './ledger-mysql.ts'
import { paymentOf } from './payment-rows.ts'
import { refundOf } from './refund-rows.ts'
import { paymentTable, refundTable } from './rows.ts'

/** An account, and the names of the postings that were entered into its ledger. */
export type LockedAccount = Account & { readonly entered: ReadonlySet<string> }

const whereOf = (about: NoticeRef | { readonly id: string }): readonly [string, string] => {
  if ('id' in about) return ['id', about.id]
  return 'orderId' in about ? ['order_id', about.orderId] : ['charge_id', about.chargeId]
}

/** Reads a payment with its refunds and its ledger: nobody else changes them before the transaction ends. */
export const lockAccount = async (
  tx: EntityManager,
  about: NoticeRef | { readonly id: string },
  provider?: string,
): Promise<LockedAccount | undefined> => {
  const [column, value] = whereOf(about)
  const [row] = await paymentTable.select(tx, `WHERE ${column} = ? FOR UPDATE`, [value])
  if (row === undefined || (provider !== undefined && row.provider !== provider)) return undefined
  const { names, balances } = await readLedger(tx, row.id)
  const refunds = await refundTable.select(tx, 'WHERE payment_id = ?', [row.id])
  return {
    payment: paymentOf(row),
    refunds: refunds.map(refundOf),
    balances,
    toldRefunded: row.toldRefunded,
    entered: names,
  }
}
