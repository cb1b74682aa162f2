import type { Stripe } from 'stripe'
import type { ChargeRef } from '../model/provider.ts'
import type { Said, StripeCall } from './stripe-calls.ts'
import { type Intent, intentOf } from './stripe-shapes.ts'

const read = (said: Said<unknown> | undefined): Intent | undefined =>
  said !== undefined && 'value' in said ? intentOf(said.value) : undefined

/**
 * Intents of our charges. They are created without a card and confirmed with one: so the same creation under the same key
 * finds a charge again, though the card's token is gone.
 */
export const stripeIntents = (stripe: Stripe, call: StripeCall) => {
  const retrieve = async (id: string, until: Date): Promise<Intent | undefined> =>
    read(await call(until, (options) => stripe.paymentIntents.retrieve(id, {}, options)))

  const create = async ({ key, orderId, amount }: ChargeRef, until: Date) =>
    read(
      await call(until, (options) =>
        stripe.paymentIntents.create(
          {
            amount: Number(amount.amount),
            currency: amount.currency.toLowerCase(),
            confirmation_method: 'manual',
            allowed_payment_method_types: ['card'],
            metadata: { order_id: orderId, payment_key: key },
          },
          { ...options, idempotencyKey: key },
        ),
      ),
    )

  /**
   * Stripe forgets idempotency keys after a day; its search lags a minute behind. Together they miss nothing.
   * @returns undefined when no answer came: then nothing may be created either
   */
  const search = async (
    key: string,
    until: Date,
  ): Promise<{ readonly known: Intent | undefined } | undefined> => {
    const query = `metadata["payment_key"]:"${key}"`
    const said = await call(until, (options) => stripe.paymentIntents.search({ query }, options))
    if (said === undefined) return undefined
    const found = 'value' in said ? said.value.data.map(intentOf) : [] // some accounts have no search
    return { known: found.find((of) => of?.metadata['payment_key'] === key) }
  }

  /** @returns undefined when Stripe can't tell */
  const find = async (ref: ChargeRef, until: Date): Promise<Intent | undefined> => {
    if (ref.chargeId !== undefined) return retrieve(ref.chargeId, until)
    const found = await search(ref.key, until)
    const intent = found && (found.known ?? (await create(ref, until)))
    return intent && retrieve(intent.id, until)
  }

  return { create, retrieve, find }
}

export type StripeIntents = ReturnType<typeof stripeIntents>
