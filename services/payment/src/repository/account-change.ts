import { addEvent, write } from '@micromart/store'
import type { EntityManager } from 'typeorm'
import type { Change } from '../model/account.ts'
import type { Refund } from '../model/refund.ts'
import type { LockedAccount } from './account-rows.ts'
import { enterPostings, newPostings } from './ledger-mysql.ts'
import { lateFact } from './payment-events.ts'
import type { PaymentCounters } from './payment-metrics.ts'
import { updatePayment, writeMove } from './payments-mysql.ts'
import { endRefund, insertRefund, tellRefund, type Telling } from './refund-rows.ts'

const asked = 'UPDATE payments SET refund_asked = refund_asked + ? WHERE id = ?'
const told = 'UPDATE payments SET told_refunded = ? WHERE id = ?'

/** It counts like one that an order asked for: no other refund gives the same money back. */
const addForeign = async (tx: EntityManager, refund: Refund, telling: Telling): Promise<void> => {
  await insertRefund(tx, refund, telling.now)
  await write(tx, asked, [refund.amount.amount.toString(), refund.paymentId])
  if (refund.status === 'refunded') await tellRefund(tx, refund, telling)
}

const writeLate = async (
  tx: EntityManager,
  { late, foreign }: Change,
  { ids, now }: Telling,
): Promise<void> => {
  if (late === undefined || foreign === undefined) return
  await updatePayment(tx, late)
  await addEvent(tx, { ...lateFact(late, foreign), id: ids.next(), occurredAt: now })
}

/** What was changed, for the counters. */
export type Written = Change & { readonly disputes: number }

/**
 * Writes what news change of a payment, whose row is locked.
 * @returns undefined when nothing of it was new
 */
export const writeChange = async (
  tx: EntityManager,
  { payment, entered }: LockedAccount,
  change: Change,
  telling: Telling,
): Promise<Written | undefined> => {
  const { moved, ended = [], foreign, toldRefunded, unbooked = false } = change
  const postings = newPostings(change.postings ?? [], entered)
  if (toldRefunded !== undefined) await write(tx, told, [toldRefunded.toString(), payment.id])
  if (moved) await writeMove(tx, moved, payment.status, telling.ids)
  await writeLate(tx, change, telling)
  await enterPostings(tx, payment.id, postings, telling.now)
  for (const refund of ended) await endRefund(tx, refund, telling)
  if (foreign) await addForeign(tx, foreign, telling)
  const isMoved = moved !== undefined || foreign !== undefined
  if (!isMoved && !unbooked && ended.length === 0 && postings.length === 0) return undefined
  return { ...change, disputes: postings.filter(({ name }) => name.startsWith('dispute:')).length }
}

/** Counts what was written, once it has committed. */
export const countWritten = (written: Written, counters: PaymentCounters): void => {
  const { moved, late, ended = [], foreign, unbooked = false, disputes } = written
  if (unbooked) counters.unbooked()
  if (moved) counters.moved(moved)
  if (late && foreign) counters.late(foreign.amount)
  for (const refund of [...ended, ...(foreign ? [foreign] : [])]) counters.ended(refund)
  if (disputes > 0) counters.disputed()
}
