import type { Breakers } from '@micromart/dapr'
import { silentLog, systemClock } from '@micromart/kernel'
import { providerStripe } from '../src/client/provider-stripe.ts'

export const webhookSecret = 'whsec_of_this_test'

/** The adapter towards something that stands in for Stripe. */
export const stripeAt = (apiUrl: string, breakers: Breakers) =>
  providerStripe(
    {
      apiKey: 'sk_test_123',
      apiUrl,
      webhookKeys: ['whsec_the_next', webhookSecret],
      limitMs: 4000,
      askLimitMs: 4000,
      returnUrl: 'https://shop.example/orders',
      actionMs: 900_000,
    },
    { breakers, clock: systemClock, log: silentLog },
  )
