import type { Clock } from '@micromart/kernel'
import { firstTime, inTransaction } from '@micromart/store'
import type { DataSource, EntityManager } from 'typeorm'
import { NoticeTooEarly } from '../model/errors.ts'
import type { NoticeRef } from '../model/notice.ts'
import type { Notices } from '../model/ports.ts'
import { countWritten, writeChange } from './account-change.ts'
import { lockAccount } from './account-rows.ts'
import type { Telling } from './payments-mysql.ts'

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
      if (written === undefined) return false
      wake()
      countWritten(written, counters)
      return true
    },
  }
}
