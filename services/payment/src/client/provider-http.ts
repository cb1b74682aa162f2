import { apps } from '@micromart/contracts'
import type { Breakers } from '@micromart/dapr'
import type { Clock, Log } from '@micromart/kernel'
import type { ChargeAnswer } from '../model/charge-answer.ts'
import { ProviderUnavailable } from '../model/errors.ts'
import type { ChargeOrder, Provider, RefundAnswer } from '../model/provider.ts'
import { jsonOf, requireSignature } from './notice-signature.ts'
import {
  type ProviderAddress,
  providerClient,
  type ProviderReply,
  providerSender,
} from './provider-request.ts'
import { booksOf, chargeAnswerOf, codeOf, isRefund, noticeOf } from './provider-shapes.ts'

export type ProviderSettings = ProviderAddress & {
  /** For a charge or refund, in ms. */
  readonly limitMs: number
  /** For a question, in ms. */
  readonly askLimitMs: number
  /** What its notices may be signed with. */
  readonly webhookKeys: readonly string[]
}

type Deps = { readonly breakers: Breakers; readonly clock: Clock; readonly log: Log }

const unknown: ChargeAnswer = { status: 'unknown' }

/**
 * Reads the reply to a charge. A request that the provider calls malformed was not charged: its token is none. A key that is bound
 * to another request (`idempotency_mismatch`) has an outcome already: ask for it.
 */
const chargedBy = (reply: ProviderReply | undefined, log: Log): ChargeAnswer => {
  if (reply === undefined) return unknown
  if (reply.status === 200) return chargeAnswerOf(reply.body)
  if (reply.status === 400) return { status: 'declined', code: 'invalid_token' }
  log.error({ status: reply.status, code: codeOf(reply.body) }, 'the provider refuses our request')
  return unknown
}

const foundBy = (reply: ProviderReply | undefined): ChargeAnswer => {
  if (reply?.status === 200) return chargeAnswerOf(reply.body)
  const isUnknownKey = reply?.status === 404 && codeOf(reply.body) === 'key_unknown'
  return isUnknownKey ? { status: 'never_made' } : unknown
}

/** Only these mean that the money stays: anything else may pass. */
const refusals: ReadonlySet<string | undefined> = new Set([
  'refund_exceeds_charge',
  'refund_refused',
])

const refundedBy = (reply: ProviderReply | undefined, log: Log): RefundAnswer => {
  if (reply === undefined) return 'unknown'
  if (reply.status === 200) return isRefund(reply.body) ? 'refunded' : 'unknown'
  const code = codeOf(reply.body)
  if (reply.status === 422 && refusals.has(code)) return 'refused'
  log.error({ status: reply.status, code }, 'the provider does not take our refund')
  return 'unknown'
}

const chargeBody = ({ amount, token, orderId }: ChargeOrder) => ({
  amount: Number(amount.amount),
  currency: amount.currency,
  token,
  reference: orderId,
})

/** How each operation is sent: over a breaker of its own, within its own limit. */
const sending = (settings: ProviderSettings, { breakers, clock }: Deps) => {
  const client = providerClient(settings)
  const of = (operation: string, limitMs: number) => {
    const breaker = breakers.of(operation, apps.provider)
    const { send, available } = providerSender(client, operation, breaker)
    const left = (until: Date) => Math.min(limitMs, until.getTime() - clock.now().getTime())
    const get = (path: string, until: Date) => send({ method: 'GET', path, limitMs: left(until) })
    const post = (path: string, body: object, until: Date, idempotencyKey?: string) =>
      send({
        method: 'POST',
        path,
        body,
        limitMs: left(until),
        ...(idempotencyKey && { idempotencyKey }),
      })
    return { get, post, available }
  }
  const { limitMs, askLimitMs } = settings
  return {
    charges: of('charge', limitMs),
    confirmations: of('confirm', limitMs),
    refunds: of('refund', limitMs),
    cancellations: of('cancel', askLimitMs),
    questions: of('find', askLimitMs),
    books: of('books', limitMs),
  }
}

/** The simulated provider over HTTP; services/provider documents the requests. */
export const providerHttp = (settings: ProviderSettings, deps: Deps): Provider => {
  const { log } = deps
  const send = sending(settings, deps)
  return {
    name: 'simulated',
    available: send.charges.available,
    charge: async (order, until) =>
      chargedBy(await send.charges.post('/v1/charges', chargeBody(order), until, order.key), log),
    find: async ({ key }, until) =>
      foundBy(await send.questions.get(`/v1/charges?key=${encodeURIComponent(key)}`, until)),
    confirm: async ({ key }, until) =>
      foundBy(await send.confirmations.post('/v1/charges/confirm', { key }, until)),
    cancel: async ({ key }, until) => {
      const reply = await send.cancellations.post('/v1/charges/cancel', { key }, until)
      return reply?.status === 200 ? chargeAnswerOf(reply.body) : unknown
    },
    refund: async ({ key, chargeId, amount }, until) => {
      const body = { charge: chargeId, amount: Number(amount.amount) }
      return refundedBy(await send.refunds.post('/v1/refunds', body, until, key), log)
    },
    readNotice: (raw, now) => {
      requireSignature(raw, settings.webhookKeys, now)
      return noticeOf(jsonOf(raw))
    },
    books: async (after, limit, until) => {
      const query = new URLSearchParams({ afterReference: after, limit: String(limit) })
      const reply = await send.books.get(`/v1/ledger?${query.toString()}`, until)
      const page = reply?.status === 200 ? booksOf(reply.body) : undefined
      if (page === undefined) throw new ProviderUnavailable()
      return page
    },
  }
}
