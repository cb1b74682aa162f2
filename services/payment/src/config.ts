import { baseSettings, readSettings } from '@micromart/service'
import { z } from 'zod'

const address = z.url().transform((url) => url.replace(/\/$/, ''))

const wired = baseSettings.extend({
  SWEEP_EVERY_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(3_600_000)
    .default(1_000)
    .describe('How often late money that is to go back is looked for, in milliseconds.'),
  PAYMENT_PROVIDER: z
    .enum(['simulated', 'stripe'])
    .optional()
    .describe(
      'Who charges: Stripe, or the simulated provider, which is that of `local` unless said.',
    ),
  PROVIDER_URL: address
    .optional()
    .describe('Address of the simulated provider, such as http://127.0.0.1:7206'),
  PROVIDER_CA_FILE: z
    .string()
    .min(1)
    .optional()
    .describe("PEM: the CA of the simulated provider's certificate; otherwise those Node knows."),
  STRIPE_URL: address.default('https://api.stripe.com').describe("Stripe's API."),
  STRIPE_RETURN_URL: address
    .optional()
    .describe('Where a shopper comes back to after the authentication at Stripe.'),
  STRIPE_ACTION_SECONDS: z.coerce
    .number()
    .int()
    .min(60)
    .default(900)
    .describe('How long a shopper has for the authentication at Stripe, in seconds.'),
  PROVIDER_DEADLINE_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(60_000)
    .default(4000)
    .describe('How long the provider may take over a charge or a refund, in ms.'),
  PROVIDER_ASK_DEADLINE_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(60_000)
    .default(1000)
    .describe('How long it may take over a question, in ms.'),
})

export const settings = wired
  .refine(
    (env) => env.SHOP_ENV === 'local' || env.PAYMENT_PROVIDER,
    'production says who charges: PAYMENT_PROVIDER',
  )
  .transform((env) => ({ ...env, PAYMENT_PROVIDER: env.PAYMENT_PROVIDER ?? 'simulated' }))
  .refine(
    (env) => env.PAYMENT_PROVIDER !== 'simulated' || env.PROVIDER_URL,
    'PROVIDER_URL must be given for the simulated provider',
  )
  .refine(
    (env) => env.PAYMENT_PROVIDER !== 'stripe' || env.STRIPE_RETURN_URL,
    'STRIPE_RETURN_URL must be given for Stripe',
  )

export type Config = z.output<typeof settings>

/** The only reader of the environment. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readSettings(settings, env)
