import type { Clock } from '@micromart/kernel'
import { firstTime, inTransaction, write } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import { NoticeTooEarly } from '../model/errors.ts'
import type { Change, NoticeRef } from '../model/notice.ts'
import type { Notices } from '../model/ports.ts'
import type { Refund } from '../model/refund.ts'
import { lockAccount, type LockedAccount } from './account-rows.ts'
import { enterPostings, newPostings } from './ledger-mysql.ts'
import { type Telling, writeMove } from './payments-mysql.ts'
import {
  endRefund,
  insertRefund,
  tellRefund,
  type Telling as RefundTelling,
} from './refund-rows.ts'

const asked = 'UPDATE payments SET refund_asked = refund_asked + ? WHERE id = ?'

/** A refund of the provider's desk counts like one of ours. */
const writeForeign = async (tx: EntityManager, refund: Refund, telling: RefundTelling) => {
  await insertRefund(tx, refund, telling.now)
  await write(tx, asked, [refund.amount.amount.toString(), refund.paymentId])
  await tellRefund(tx, refund, telling)
}

/** What a notice changed, for the counters. */
type Written = Change & { readonly disputes: number }

const writeChange = async (
  tx: EntityManager,
  { payment, entered }: LockedAccount,
  change: Change,
  telling: RefundTelling,
): Promise<Written | undefined> => {
  const { moved, ended = [], foreign, unbooked = false } = change
  const postings = newPostings(change.postings ?? [], entered)
  if (moved) await writeMove(tx, moved, payment.status, telling.ids)
  await enterPostings(tx, payment.id, postings, telling.now)
  for (const refund of ended) await endRefund(tx, refund, telling)
  if (foreign) await writeForeign(tx, foreign, telling)
  const isMoved = moved !== undefined || foreign !== undefined
  if (!isMoved && !unbooked && ended.length === 0 && postings.length === 0) return undefined
  return { ...change, disputes: postings.filter(({ name }) => name.startsWith('dispute:')).length }
}

const unnamed = `SELECT id FROM payments WHERE charge_id IS NULL AND status = 'charging' LIMIT 1`

/** A charge that nobody here knows may be that of a payment whose answer has not been read yet. */
const nobodys = async (tx: EntityManager, about: NoticeRef): Promise<undefined> => {
  if (!('chargeId' in about)) return undefined
  const underWay: readonly unknown[] = await tx.query(unnamed)
  if (underWay.length > 0) throw new NoticeTooEarly()
  return undefined
}

/** Notices of providers: the event's id and its effect are one transaction. */
export const noticesMysql = (
  db: DataSource,
  { ids, wake, counters, clock }: Telling & { readonly clock: Clock },
): Notices => {
  const tell = ({ moved, ended = [], foreign, unbooked = false, disputes }: Written): void => {
    wake()
    if (unbooked) counters.unbooked()
    if (moved) counters.moved(moved)
    for (const { status } of [...ended, ...(foreign ? [foreign] : [])]) {
      if (status === 'refunded') counters.refunded()
      else counters.refused()
    }
    if (disputes > 0) counters.disputed()
  }
  return {
    receive: async ({ eventId, about }, provider, decide) => {
      const written = await inTransaction(db, async (tx) => {
        if (about === undefined) return undefined
        const account = await lockAccount(tx, about, provider)
        if (account === undefined) return nobodys(tx, about) // not noted: sent again, it may find its payment
        if (!(await firstTime(tx, eventId, `webhook-${provider}`))) return undefined
        const change = decide(account)
        if (change === undefined) return undefined
        const telling = { orderId: account.payment.orderId, ids, now: clock.now() }
        return writeChange(tx, account, change, telling)
      })
      if (written) tell(written)
      return written !== undefined
    },
  }
}
