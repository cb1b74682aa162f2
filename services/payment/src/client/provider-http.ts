import type { Clock, Log } from '@micromart/kernel'
import type { ChargeAnswer, ChargeOrder, Provider } from '../model/provider.ts'
import type { ProviderBreakers } from './provider-breaker.ts'
import { type ProviderAddress, type ProviderReply, providerSender } from './provider-request.ts'
import { chargeAnswerOf, codeOf, isRefund } from './provider-shapes.ts'

export type ProviderSettings = ProviderAddress & {
  /** For a charge or refund, in ms. */
  readonly limitMs: number
  /** For a question, in ms. */
  readonly askLimitMs: number
}

type Deps = { readonly breakers: ProviderBreakers; readonly clock: Clock; readonly log: Log }

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

const chargeBody = ({ amount, token, orderId }: ChargeOrder) => ({
  amount: Number(amount.amount),
  currency: amount.currency,
  token,
  reference: orderId,
})

/** The simulated provider over HTTP; services/provider documents the requests. */
export const providerHttp = (settings: ProviderSettings, deps: Deps): Provider => {
  const { breakers, clock, log } = deps
  const send = providerSender(settings)
  const charges = breakers.of('charge')
  const questions = breakers.of('find')
  const cancellations = breakers.of('cancel')
  const refunds = breakers.of('refund')
  const within = (limitMs: number, until: Date) =>
    Math.min(limitMs, until.getTime() - clock.now().getTime())
  const post = { method: 'POST' } as const
  return {
    available: () => !charges.open(),
    charge: async (order, until) => {
      // The provider takes no charge of nothing; there is nothing to lose either.
      if (order.amount.amount === 0n) return { status: 'captured', chargeId: order.key }
      const limitMs = within(settings.limitMs, until)
      const how = { operation: 'charge', path: '/v1/charges', idempotencyKey: order.key, limitMs }
      return chargedBy(await send(charges, { ...post, ...how, body: chargeBody(order) }), log)
    },
    find: async (key, until) => {
      const path = `/v1/charges?key=${encodeURIComponent(key)}`
      const limitMs = within(settings.askLimitMs, until)
      return foundBy(await send(questions, { operation: 'find', method: 'GET', path, limitMs }))
    },
    cancel: async (key, until) => {
      const limitMs = within(settings.askLimitMs, until)
      const how = { operation: 'cancel', path: '/v1/charges/cancel', limitMs }
      const reply = await send(cancellations, { ...post, ...how, body: { key } })
      return reply?.status === 200 ? chargeAnswerOf(reply.body) : unknown
    },
    refund: async ({ key, chargeId, amount }, until) => {
      if (amount.amount === 0n) return 'refunded'
      const limitMs = within(settings.limitMs, until)
      const how = { operation: 'refund', path: '/v1/refunds', idempotencyKey: key, limitMs }
      const body = { charge: chargeId, amount: Number(amount.amount) }
      const reply = await send(refunds, { ...post, ...how, body })
      if (reply === undefined) return 'unknown'
      return reply.status === 200 && isRefund(reply.body) ? 'refunded' : 'refused'
    },
  }
}
