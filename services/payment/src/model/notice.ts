import type { Ids, Money } from '@micromart/kernel'
import type { Account, Heard } from './account.ts'
import type { ChargeAnswer } from './charge-answer.ts'
import { postingsOfDispute, postingsOfLateCapture, postingsOfReinstatement } from './ledger.ts'
import { capturedLate, cameToNothing, isNews, type Payment, settledBy } from './payment.ts'
import { hearTotal, refundEnds } from './refund-news.ts'

/** Which payment a notice is about: by the order that we told the provider of, or by the provider's own id of the charge. */
export type NoticeRef = { readonly orderId: string } | { readonly chargeId: string }

/** What a provider told by itself. */
export type ProviderNotice = {
  /** The provider's own id of the event, the same whenever it is sent again. */
  readonly eventId: string
  /** The provider's word for it, for the log. */
  readonly type: string
  /** Undefined for what is none of our business. */
  readonly about: NoticeRef | undefined
  readonly news: News
}

export type News =
  | {
      readonly kind: 'charge'
      /** The provider's id of the charge that it tells of, if it says. */
      readonly chargeId?: string
      /** How much it took, if it says. */
      readonly amount?: Money
      readonly answer: ChargeAnswer
    }
  | { readonly kind: 'refund'; readonly id: string; readonly outcome: 'refunded' | 'refused' }
  /** All that was given back so far, ours and what somebody did at the provider's desk. */
  | { readonly kind: 'refunded_in_all'; readonly total: Money }
  | { readonly kind: 'disputed'; readonly id: string; readonly amount: Money }
  | { readonly kind: 'reinstated'; readonly id: string; readonly amount: Money }
  | { readonly kind: 'nothing' }

/** A charge beside the one that counts (a creation repeated after the key was forgotten) decides nothing. */
const isAnother = ({ chargeId: known }: Payment, told: string | undefined): boolean =>
  known !== undefined && told !== undefined && known !== told

type Means = { readonly now: Date; readonly ids: Ids }

/** Taken for nothing: it is entered, and goes back under a key of its own. Only for a payment that somebody did charge. */
const hearLate = (
  { payment, refunds }: Account,
  chargeId: string,
  taken: Money | undefined,
  { now, ids }: Means,
): Heard => {
  if (refunds.some(({ origin }) => origin === 'late')) return undefined
  const amount = taken ?? payment.amount
  if (amount === undefined || amount.currency !== payment.amount?.currency) {
    return { unbooked: true }
  }
  return {
    late: capturedLate(payment, chargeId, now),
    postings: postingsOfLateCapture(amount),
    foreign: { id: ids.next(), paymentId: payment.id, amount, status: 'pending', origin: 'late' },
  }
}

const hearCharge = (
  account: Account,
  { answer, chargeId, amount }: News & { kind: 'charge' },
  means: Means,
): Heard => {
  const { payment } = account
  if (isAnother(payment, chargeId)) return undefined
  if (answer.status === 'captured' && cameToNothing(payment)) {
    return hearLate(account, answer.chargeId, amount, means)
  }
  if (!isNews(payment, answer)) return undefined
  return { moved: settledBy(payment, answer, means.now) }
}

/** Accounts are of one currency; a bank may dispute in another. */
const hearDispute = (
  { payment }: Account,
  { kind, id, amount }: News & { kind: 'disputed' | 'reinstated' },
): Heard => {
  if (amount.currency !== payment.amount?.currency) return { unbooked: true }
  const won = kind === 'reinstated' ? postingsOfReinstatement(id, amount) : []
  return { postings: [...postingsOfDispute(id, amount), ...won] }
}

/**
 * What a notice changes in a payment. Late, repeated and out of order it changes nothing.
 * @throws NoticeTooEarly: it must be sent again
 */
export const hear = (account: Account, news: News, means: Means): Heard => {
  switch (news.kind) {
    case 'charge':
      return hearCharge(account, news, means)
    case 'refund':
      return refundEnds(account, news, means.ids)
    case 'refunded_in_all':
      return hearTotal(account, news.total, means.ids)
    case 'disputed':
    case 'reinstated':
      return hearDispute(account, news)
    default:
      return undefined
  }
}
