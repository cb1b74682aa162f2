import { Stripe } from 'stripe'
import type { ChargeAnswer } from '../model/charge-answer.ts'
import type { ChargeRef, Provider, RefundAnswer, RefundOrder } from '../model/provider.ts'
import {
  openStripe,
  type Said,
  type StripeCall,
  stripeCalls,
  type StripeDeps,
  type StripeSettings,
} from './stripe-calls.ts'
import { type StripeIntents, stripeIntents } from './stripe-intents.ts'
import { answerOf, declineCodeOf, type Intent, intentOf, stripeNoticeOf } from './stripe-shapes.ts'
import { verifiedEvent } from './stripe-signature.ts'

const unknown: ChargeAnswer = { status: 'unknown' }

/** A token that Stripe does not know charges nothing. */
const isTokenUnknown = ({ code, param }: Stripe.errors.StripeError): boolean =>
  code === 'resource_missing' && param === 'payment_method'

type Wires = StripeDeps & {
  readonly stripe: Stripe
  readonly settings: StripeSettings
  readonly intents: StripeIntents
  readonly call: StripeCall
}

/** Reads the answer to a confirmation; where that says nothing of the charge itself, Stripe is asked for the intent. */
const confirmedBy = async (
  { settings, intents, log }: Wires,
  said: Said<unknown> | undefined,
  id: string,
  until: Date,
): Promise<ChargeAnswer> => {
  if (said === undefined) return unknown
  if ('value' in said) {
    const intent = intentOf(said.value)
    const answer = intent ? answerOf(intent, settings.actionMs) : unknown
    return answer.status === 'never_made' ? unknown : answer
  }
  const { refusal } = said
  if (refusal instanceof Stripe.errors.StripeCardError) {
    return { status: 'declined', code: declineCodeOf(refusal) }
  }
  if (isTokenUnknown(refusal)) return { status: 'declined', code: 'invalid_token' }
  log.warn({ code: refusal.code, type: refusal.type }, 'Stripe does not confirm')
  const intent = await intents.retrieve(id, until)
  const answer = intent ? answerOf(intent, settings.actionMs) : unknown
  return answer.status === 'never_made' ? unknown : answer
}

const charge =
  (wires: Wires): Provider['charge'] =>
  async (order, until) => {
    const { intents, call, stripe, settings } = wires
    const id = order.chargeId ?? (await intents.create(order, until))?.id
    if (id === undefined) return unknown
    const params = { payment_method: order.token, return_url: settings.returnUrl }
    const said = await call(until, (options) =>
      stripe.paymentIntents.confirm(id, params, {
        ...options,
        idempotencyKey: `${order.key}-confirm`,
      }),
    )
    return confirmedBy(wires, said, id, until)
  }

/**
 * What an intent says, once it has gone on as far as it can: where the shopper has authenticated there is something to confirm,
 * also when they never come back to us.
 */
const goneOn = async (
  wires: Wires,
  intent: Intent | undefined,
  until: Date,
): Promise<ChargeAnswer> => {
  const { call, stripe, settings } = wires
  if (intent === undefined) return unknown
  const { id, status } = intent
  if (status !== 'requires_confirmation') return answerOf(intent, settings.actionMs)
  const params = { return_url: settings.returnUrl }
  const said = await call(until, (options) => stripe.paymentIntents.confirm(id, params, options))
  return confirmedBy(wires, said, id, until)
}

/** Where no intent exists one is made to be cancelled: the tombstone that a late charge meets. */
const cancel = async (wires: Wires, ref: ChargeRef, until: Date): Promise<ChargeAnswer> => {
  const { intents, call, stripe, settings } = wires
  const id = ref.chargeId ?? (await intents.find(ref, until))?.id
  if (id === undefined) return unknown
  const said = await call(until, (options) => stripe.paymentIntents.cancel(id, {}, options))
  if (said === undefined) return unknown
  const intent = 'value' in said ? intentOf(said.value) : await intents.retrieve(id, until)
  const answer = intent ? answerOf(intent, settings.actionMs) : unknown
  return answer.status === 'never_made' ? unknown : answer
}

const refundAnswers: Readonly<Record<string, RefundAnswer>> = {
  succeeded: 'refunded',
  failed: 'refused',
  canceled: 'refused',
}

/** Stripe forgets keys after a day, and a refund may be asked for longer: look for it by our mark first. */
const findRefund = async (
  { call, stripe }: Wires,
  { key, chargeId }: RefundOrder,
  until: Date,
): Promise<{ readonly known: Stripe.Refund | undefined } | undefined> => {
  const page = await call(until, (options) =>
    stripe.refunds.list({ payment_intent: chargeId, limit: 100 }, options),
  )
  if (page === undefined || !('value' in page)) return undefined
  return { known: page.value.data.find(({ metadata }) => metadata?.['refund_key'] === key) }
}

const refund = async (wires: Wires, order: RefundOrder, until: Date): Promise<RefundAnswer> => {
  const { call, stripe, log } = wires
  const found = await findRefund(wires, order, until)
  if (found === undefined) return 'unknown'
  if (found.known) return refundAnswers[found.known.status ?? ''] ?? 'unknown'
  const { key, chargeId, amount } = order
  const params = {
    payment_intent: chargeId,
    amount: Number(amount.amount),
    metadata: { refund_key: key },
  }
  const made = await call(until, (options) =>
    stripe.refunds.create(params, { ...options, idempotencyKey: key }),
  )
  if (made === undefined) return 'unknown'
  if ('value' in made) return refundAnswers[made.value.status ?? ''] ?? 'unknown'
  const { code, statusCode } = made.refusal
  log.warn({ code, statusCode }, 'Stripe does not take our refund')
  return statusCode === 400 ? 'refused' : 'unknown'
}

/** Stripe, through its official library. Its ledger can't be paged by order. */
export const providerStripe = (settings: StripeSettings, deps: StripeDeps): Provider => {
  const stripe = openStripe(settings)
  const charges = stripeCalls('charge', settings.limitMs, deps)
  const questions = stripeCalls('find', settings.askLimitMs, deps)
  const refunds = stripeCalls('refund', settings.limitMs, deps)
  const wired = (call: StripeCall): Wires => {
    return { ...deps, stripe, settings, call, intents: stripeIntents(stripe, call) }
  }
  const { intents } = wired(questions.call)
  const charging = wired(charges.call)
  return {
    name: 'stripe',
    available: charges.available,
    charge: charge(charging),
    confirm: async (ref, until) => goneOn(charging, await charging.intents.find(ref, until), until),
    find: async (ref, until) => goneOn(charging, await intents.find(ref, until), until),
    cancel: (ref, until) => cancel(wired(questions.call), ref, until),
    refund: (order, until) => refund(wired(refunds.call), order, until),
    readNotice: (raw, now) =>
      stripeNoticeOf(verifiedEvent(stripe, raw, settings.webhookKeys, now), settings.actionMs),
    books: async () => undefined,
  }
}
