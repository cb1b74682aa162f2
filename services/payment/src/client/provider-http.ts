import { apps } from '@micromart/contracts'
import type { Breakers } from '@micromart/dapr'
import type { Clock, Log } from '@micromart/kernel'
import type { ChargeAnswer, ChargeOrder, Provider } from '../model/provider.ts'
import { type ProviderAddress, type ProviderReply, providerSender } from './provider-request.ts'
import { chargeAnswerOf, codeOf, isRefund } from './provider-shapes.ts'

export type ProviderSettings = ProviderAddress & {
  /** For a charge or refund, in ms. */
  readonly limitMs: number
  /** For a question, in ms. */
  readonly askLimitMs: number
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

const chargeBody = ({ amount, token, orderId }: ChargeOrder) => ({
  amount: Number(amount.amount),
  currency: amount.currency,
  token,
  reference: orderId,
})

/** The simulated provider over HTTP; services/provider documents the requests. */
export const providerHttp = (settings: ProviderSettings, deps: Deps): Provider => {
  const { breakers, clock, log } = deps
  const sender = (operation: string) =>
    providerSender(settings, operation, breakers.of(operation, apps.provider))
  const charges = sender('charge')
  const questions = sender('find')
  const cancellations = sender('cancel')
  const refunds = sender('refund')
  const within = (limitMs: number, until: Date) =>
    Math.min(limitMs, until.getTime() - clock.now().getTime())
  const post = { method: 'POST' } as const
  return {
    available: charges.available,
    charge: async (order, until) => {
      // The provider takes no charge of nothing; there is nothing to lose either.
      if (order.amount.amount === 0n) return { status: 'captured', chargeId: order.key }
      const limitMs = within(settings.limitMs, until)
      const how = { path: '/v1/charges', idempotencyKey: order.key, limitMs }
      return chargedBy(await charges.send({ ...post, ...how, body: chargeBody(order) }), log)
    },
    find: async (key, until) => {
      const path = `/v1/charges?key=${encodeURIComponent(key)}`
      const limitMs = within(settings.askLimitMs, until)
      return foundBy(await questions.send({ method: 'GET', path, limitMs }))
    },
    cancel: async (key, until) => {
      const limitMs = within(settings.askLimitMs, until)
      const how = { path: '/v1/charges/cancel', limitMs }
      const reply = await cancellations.send({ ...post, ...how, body: { key } })
      return reply?.status === 200 ? chargeAnswerOf(reply.body) : unknown
    },
    refund: async ({ key, chargeId, amount }, until) => {
      if (amount.amount === 0n) return 'refunded'
      const limitMs = within(settings.limitMs, until)
      const how = { path: '/v1/refunds', idempotencyKey: key, limitMs }
      const body = { charge: chargeId, amount: Number(amount.amount) }
      const reply = await refunds.send({ ...post, ...how, body })
      if (reply === undefined) return 'unknown'
      return reply.status === 200 && isRefund(reply.body) ? 'refunded' : 'refused'
    },
  }
}
