import { type Ids, type Money, money } from '@micromart/kernel'
import type { ChargeAnswer } from './charge-answer.ts'
import {
  type Balances,
  type Posting,
  postingsOfDispute,
  postingsOfRefund,
  postingsOfReinstatement,
} from './ledger.ts'
import { cameToNothing, isNews, type Payment, settledBy } from './payment.ts'
import type { Refund } from './refund.ts'

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
      readonly answer: ChargeAnswer
    }
  | { readonly kind: 'refund'; readonly id: string; readonly outcome: 'refunded' | 'refused' }
  /** All that was given back so far, ours and what somebody did at the provider's desk. */
  | { readonly kind: 'refunded_in_all'; readonly total: Money }
  | { readonly kind: 'disputed'; readonly id: string; readonly amount: Money }
  | { readonly kind: 'reinstated'; readonly id: string; readonly amount: Money }
  | { readonly kind: 'nothing' }

/** A payment with all that a notice may change, locked. */
export type Account = {
  readonly payment: Payment
  readonly refunds: readonly Refund[]
  readonly balances: Balances
}

/** What a notice changes; the repository writes it as it stands. */
export type Change = {
  readonly moved?: Payment
  /** Besides those of the move. Those that were entered before are not entered again. */
  readonly postings?: readonly Posting[]
  /** Refunds that got an outcome. */
  readonly ended?: readonly Refund[]
  /** A refund that was made at the provider's desk, not by us. */
  readonly foreign?: Refund
  /** The provider tells of money that the books can't hold: nothing is written, a person must look. */
  readonly unbooked?: boolean
}

/** Undefined: nothing new. */
type Heard = Change | undefined

/** A charge beside the one that counts (a creation repeated after the key was forgotten) decides nothing. */
const isAnother = ({ chargeId: known }: Payment, told: string | undefined): boolean =>
  known !== undefined && told !== undefined && known !== told

const hearCharge = (
  { payment }: Account,
  { answer, chargeId }: News & { kind: 'charge' },
  now: Date,
): Heard => {
  if (isAnother(payment, chargeId)) return undefined
  if (answer.status === 'captured' && cameToNothing(payment)) return { unbooked: true }
  if (!isNews(payment, answer)) return undefined
  return { moved: settledBy(payment, answer, now) }
}

const hearRefund = (
  { refunds, balances }: Account,
  id: string,
  outcome: 'refunded' | 'refused',
): Heard => {
  const refund = refunds.find((known) => known.id === id && known.status === 'pending')
  if (refund === undefined) return undefined
  const postings = outcome === 'refunded' ? postingsOfRefund(balances, refund) : []
  return { ended: [{ ...refund, status: outcome }], postings }
}

/** What neither the ledger nor a refund under way explains was given back at the provider's desk. */
const hearTotal = ({ payment, refunds, balances }: Account, total: Money, ids: Ids): Heard => {
  const underWay = refunds
    .filter(({ status }) => status === 'pending')
    .reduce((sum, { amount }) => sum + amount.amount, 0n)
  const unexplained = total.amount - balances.refunded - underWay
  if (unexplained <= 0n || total.currency !== payment.amount?.currency) return undefined
  const amount = money(unexplained, total.currency)
  const foreign: Refund = { id: ids.next(), paymentId: payment.id, amount, status: 'refunded' }
  return { foreign, postings: postingsOfRefund(balances, foreign) }
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
 * @throws RefundExceedsCapture when the provider claims to have given back more than it took
 */
export const hear = (
  account: Account,
  news: News,
  { now, ids }: { readonly now: Date; readonly ids: Ids },
): Heard => {
  switch (news.kind) {
    case 'charge':
      return hearCharge(account, news, now)
    case 'refund':
      return hearRefund(account, news.id, news.outcome)
    case 'refunded_in_all':
      return hearTotal(account, news.total, ids)
    case 'disputed':
    case 'reinstated':
      return hearDispute(account, news)
    default:
      return undefined
  }
}
