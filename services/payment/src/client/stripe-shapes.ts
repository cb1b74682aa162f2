import { isId, money } from '@micromart/kernel'
import { z } from 'zod'
import type { ChargeAnswer } from '../model/charge-answer.ts'
import { NoticeInvalid } from '../model/errors.ts'
import type { News, NoticeRef, ProviderNotice } from '../model/notice.ts'
import { refundIdOf } from '../model/refund.ts'

/** Printable ASCII, as the columns that keep it hold. */
const id = z.string().regex(/^[\x21-\x7e]{1,64}$/)
const currency = z.string().length(3).toUpperCase()
const amount = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)
/** An id, or the object itself where the account expands it. */
const reference = z.union([id, z.object({ id }).transform((of) => of.id)])

/** What is read of a payment intent, wherever it comes from: answers are as untrusted as notices. */
const intent = z.object({
  id,
  status: z.string().max(40),
  created: z.number().int(),
  amount_received: amount.optional(),
  currency: currency.optional(),
  metadata: z.record(z.string(), z.string()).default({}),
  next_action: z
    .object({
      redirect_to_url: z.object({ url: z.url({ protocol: /^https?$/ }).max(2_048) }).nullish(),
    })
    .nullish(),
  last_payment_error: z
    .object({ code: z.string().nullish(), decline_code: z.string().nullish() })
    .nullish(),
})

export type Intent = z.output<typeof intent>

/** @returns undefined for what is no payment intent */
export const intentOf = (given: unknown): Intent | undefined => intent.safeParse(given).data

/** Stripe's word for a refusal, as far as our column holds it. */
export const declineCodeOf = (error: {
  readonly code?: string | null | undefined
  readonly decline_code?: string | null | undefined
}): string => {
  const code = (error.decline_code ?? error.code ?? '').slice(0, 60)
  return /^[\w.-]+$/.test(code) ? code : 'card_declined'
}

/**
 * What a payment intent says of its charge. One that was never confirmed has charged nothing.
 * @param actionMs how long a shopper has for the authentication; Stripe names no end
 */
export const answerOf = (of: Intent, actionMs: number): ChargeAnswer => {
  switch (of.status) {
    case 'succeeded':
      return { status: 'captured', chargeId: of.id }
    case 'processing':
      return { status: 'pending', chargeId: of.id }
    case 'canceled':
      return { status: 'cancelled' }
    case 'requires_action': {
      const url = of.next_action?.redirect_to_url?.url
      const expiresAt = new Date(of.created * 1000 + actionMs)
      if (url === undefined) return { status: 'unknown' }
      return { status: 'requires_action', chargeId: of.id, nextAction: { url, expiresAt } }
    }
    case 'requires_payment_method':
      return of.last_payment_error
        ? { status: 'declined', code: declineCodeOf(of.last_payment_error) }
        : { status: 'never_made' }
    default: // requires_confirmation: the shopper has authenticated, whoever asks next goes on
      return { status: 'unknown' }
  }
}

const event = z.object({
  id,
  type: z.string().min(1).max(100),
  data: z.object({ object: z.unknown() }),
})

const charge = z.object({ payment_intent: reference, amount_refunded: amount, currency })
const dispute = z.object({ id, payment_intent: reference, amount, currency, status: z.string() })
const refund = z.object({
  payment_intent: reference,
  status: z.string(),
  metadata: z.record(z.string(), z.string()).default({}),
})

type Told = Pick<ProviderNotice, 'about' | 'news'>

const nothing: Told = { about: undefined, news: { kind: 'nothing' } }

const byIntent = (chargeId: string): NoticeRef => ({ chargeId })

const intentTold = (object: unknown, actionMs: number): Told => {
  const of = intentOf(object)
  const orderId = of?.metadata['order_id'] ?? ''
  if (of === undefined || !isId(orderId)) return nothing
  const news = { kind: 'charge', chargeId: of.id, answer: answerOf(of, actionMs) } as const
  const { amount_received: taken, currency: of_ } = of
  if (taken === undefined || of_ === undefined) return { about: { orderId }, news }
  return { about: { orderId }, news: { ...news, amount: money(taken, of_) } }
}

const chargeTold = (object: unknown): Told => {
  const of = charge.safeParse(object).data
  if (of === undefined) return nothing
  const total = money(of.amount_refunded, of.currency)
  return { about: byIntent(of.payment_intent), news: { kind: 'refunded_in_all', total } }
}

const refundTold = (object: unknown): Told => {
  const of = refund.safeParse(object).data
  const refundId = refundIdOf(of?.metadata['refund_key'] ?? '')
  if (of === undefined || refundId === undefined) return nothing
  const told = (outcome: 'refunded' | 'refused'): Told => ({
    about: byIntent(of.payment_intent),
    news: { kind: 'refund', id: refundId, outcome },
  })
  if (of.status === 'succeeded') return told('refunded')
  return of.status === 'failed' || of.status === 'canceled' ? told('refused') : nothing
}

/** An inquiry (`warning_...`) moves no money. */
const disputeTold = (type: string, object: unknown): Told => {
  const of = dispute.safeParse(object).data
  if (of === undefined || of.status.startsWith('warning_')) return nothing
  const about = byIntent(of.payment_intent)
  const facts = { id: of.id, amount: money(of.amount, of.currency) }
  const isWon = type.endsWith('.closed') && of.status === 'won'
  if (isWon || type.endsWith('.funds_reinstated')) {
    return { about, news: { kind: 'reinstated', ...facts } }
  }
  const isOpened = type.endsWith('.created') || type.endsWith('.funds_withdrawn')
  return isOpened ? { about, news: { kind: 'disputed', ...facts } satisfies News } : nothing
}

const told = (type: string, object: unknown, actionMs: number): Told => {
  if (type.startsWith('payment_intent.')) return intentTold(object, actionMs)
  if (type.startsWith('charge.dispute.')) return disputeTold(type, object)
  if (type.startsWith('refund.') || type === 'charge.refund.updated') return refundTold(object)
  return type === 'charge.refunded' ? chargeTold(object) : nothing
}

/**
 * Reads a verified event. A type that is not known here, and a form that is not, tell nothing.
 * @throws NoticeInvalid when it is no event at all
 */
export const stripeNoticeOf = (body: unknown, actionMs: number): ProviderNotice => {
  const read = event.safeParse(body)
  if (!read.success) throw new NoticeInvalid()
  const { id: eventId, type, data } = read.data
  return { eventId, type, ...told(type, data.object, actionMs) }
}
