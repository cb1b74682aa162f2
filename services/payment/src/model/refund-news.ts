import { type Ids, type Money, money } from '@micromart/kernel'
import type { Account, Change, Heard } from './account.ts'
import { NoticeTooEarly } from './errors.ts'
import { postingsOfRefund } from './ledger.ts'
import type { Refund } from './refund.ts'

/** What neither the ledger nor a refund under way explains was given back at the provider's desk. */
const atDesk = (
  { payment, refunds, balances, toldRefunded }: Account,
  ids: Ids,
): Pick<Change, 'foreign' | 'postings'> => {
  const underWay = refunds
    .filter(({ status }) => status === 'pending')
    .reduce((sum, { amount }) => sum + amount.amount, 0n)
  const unexplained = toldRefunded - balances.refunded - underWay
  if (unexplained <= 0n) return {}
  const amount = money(unexplained, payment.amount?.currency ?? '')
  const foreign: Refund = {
    id: ids.next(),
    paymentId: payment.id,
    amount,
    status: 'refunded',
    origin: 'desk',
  }
  return { foreign, postings: postingsOfRefund(balances, foreign) }
}

/**
 * A refund of ours gets its outcome. What a refused one was thought to explain of the provider's total was given back at the
 * provider's desk: no notice tells it again.
 */
export const refundEnds = (
  account: Account,
  { id, outcome }: { readonly id: string; readonly outcome: 'refunded' | 'refused' },
  ids: Ids,
): Heard => {
  const { refunds, balances } = account
  const refund = refunds.find((known) => known.id === id && known.status === 'pending')
  if (refund === undefined) return undefined
  const ended = { ...refund, status: outcome }
  if (outcome === 'refunded') {
    return { ended: [ended], postings: postingsOfRefund(balances, refund) }
  }
  const others = refunds.filter((known) => known.id !== id)
  return { ended: [ended], ...atDesk({ ...account, refunds: others }, ids) }
}

/**
 * What the provider says to have given back in all, by us and at its desk.
 * @throws NoticeTooEarly while it is not known here that anything was taken
 */
export const hearTotal = (account: Account, total: Money, ids: Ids): Heard => {
  const { payment, balances, toldRefunded } = account
  if (total.amount <= toldRefunded) return undefined
  if (total.currency !== payment.amount?.currency) return { unbooked: true }
  if (balances.captured === 0n) throw new NoticeTooEarly()
  if (total.amount > balances.captured) return { unbooked: true }
  return { toldRefunded: total.amount, ...atDesk({ ...account, toldRefunded: total.amount }, ids) }
}
