import { isId, type Money, money } from '@micromart/kernel'
import { z } from 'zod'
import type { ChargeAnswer } from '../model/charge-answer.ts'
import { NoticeInvalid } from '../model/errors.ts'
import type { News, ProviderNotice } from '../model/notice.ts'
import type { ProviderBook } from '../model/provider.ts'
import { refundIdOf } from '../model/refund.ts'

/** Printable ASCII, as the columns that keep it hold. */
const id = z.string().regex(/^[\x21-\x7e]{1,64}$/)
const code = z.string().regex(/^[\w.-]{1,60}$/)

const charge = z.discriminatedUnion('status', [
  z.object({ status: z.literal('succeeded'), id }),
  z.object({ status: z.literal('pending'), id }),
  z.object({
    status: z.literal('requires_action'),
    id,
    nextAction: z.object({
      url: z.url({ protocol: /^https?$/ }).max(2048),
      expiresAt: z.iso.datetime(),
    }),
  }),
  z.object({ status: z.literal('declined'), declineCode: code }),
])

const answerOf = (read: z.output<typeof charge>): ChargeAnswer => {
  switch (read.status) {
    case 'succeeded':
      return { status: 'captured', chargeId: read.id }
    case 'pending':
      return { status: 'pending', chargeId: read.id }
    case 'requires_action': {
      const { url, expiresAt } = read.nextAction
      const nextAction = { url, expiresAt: new Date(expiresAt) }
      return { status: 'requires_action', chargeId: read.id, nextAction }
    }
    default:
      return read.declineCode === 'cancelled'
        ? { status: 'cancelled' }
        : { status: 'declined', code: read.declineCode }
  }
}

/** Reads a charge; what can't be read is as good as no answer. */
export const chargeAnswerOf = (body: unknown): ChargeAnswer => {
  const read = charge.safeParse(body)
  return read.success ? answerOf(read.data) : { status: 'unknown' }
}

const refund = z.object({ status: z.literal('succeeded') })

export const isRefund = (body: unknown): boolean => refund.safeParse(body).success

const refusal = z.object({ code: z.string() })

/** The provider's word for a refusal. */
export const codeOf = (body: unknown): string | undefined => refusal.safeParse(body).data?.code

const amount = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER).transform(BigInt)

const book = z.object({
  reference: z.string().max(100),
  currency: z.string().max(3),
  captured: amount,
  refunded: amount,
  captures: z.number().int().nonnegative(),
  updatedAt: z.iso.datetime(),
})

const books = z.object({ items: z.array(book).max(1000) })

/** A page of the provider's sums; undefined when it can't be read. */
export const booksOf = (body: unknown): readonly ProviderBook[] | undefined =>
  books.safeParse(body).data?.items.map(({ reference, updatedAt, ...sums }) => ({
    ...sums,
    orderId: reference,
    updatedAt: new Date(updatedAt),
  }))

const notice = z.object({
  id,
  type: z.string().min(1).max(100),
  data: z.unknown(),
})

const subject = z.object({ reference: z.string().refine(isId) })
const refundNews = z.object({ key: z.string().max(255), status: z.enum(['succeeded', 'refused']) })

const currency = z.string().regex(/^[A-Z]{3}$/)
const taken = z.object({ amount, currency })
const givenBack = z.object({ refunded: amount, currency })

const takenIn = (data: unknown): Money | undefined => {
  const read = taken.safeParse(data).data
  return read && money(read.amount, read.currency)
}

const chargeNews = (data: unknown): News => {
  const answer = chargeAnswerOf(data)
  if (answer.status === 'unknown') return { kind: 'nothing' }
  const of = takenIn(data)
  return { kind: 'charge', answer, ...(of && { amount: of }) }
}

const givenBackNews = (data: unknown): News => {
  const read = givenBack.safeParse(data).data
  if (read === undefined) return { kind: 'nothing' }
  return { kind: 'refunded_in_all', total: money(read.refunded, read.currency) }
}

const newsOf = (type: string, data: unknown): News => {
  if (type === 'charge.refunded') return givenBackNews(data)
  if (type.startsWith('charge.')) return chargeNews(data)
  const read = type.startsWith('refund.') ? refundNews.safeParse(data).data : undefined
  const refundId = read && refundIdOf(read.key)
  if (read === undefined || refundId === undefined) return { kind: 'nothing' }
  const outcome = read.status === 'succeeded' ? 'refunded' : 'refused'
  return { kind: 'refund', id: refundId, outcome }
}

/**
 * Reads a signed notice of the simulated provider. A type, or a form of its data, that is not known here tells nothing.
 * @throws NoticeInvalid when it is no notice at all
 */
export const noticeOf = (body: unknown): ProviderNotice => {
  const read = notice.safeParse(body)
  if (!read.success) throw new NoticeInvalid()
  const { id: eventId, type, data } = read.data
  const reference = subject.safeParse(data).data?.reference.toLowerCase()
  const about = reference === undefined ? undefined : { orderId: reference }
  return { eventId, type, about, news: newsOf(type, data) }
}
