import { baseSettings, readSettings } from '@micromart/service'
import { z } from 'zod'

export const settings = baseSettings.extend({
  PROVIDER_URL: z
    .url()
    .transform((url) => url.replace(/\/$/, ''))
    .describe('Address of the payment provider, such as http://127.0.0.1:7206'),
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

export type Config = z.output<typeof settings>

/** The only reader of the environment. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readSettings(settings, env)
