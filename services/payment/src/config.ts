import { baseSettings, readSettings } from '@micromart/service'
import { z } from 'zod'

const schema = baseSettings.extend({
  /** Address of the payment provider, such as http://127.0.0.1:7206 */
  PROVIDER_URL: z.url().transform((url) => url.replace(/\/$/, '')),
  /** How long the provider may take over a charge or a refund, in ms. */
  PROVIDER_DEADLINE_MS: z.coerce.number().int().min(50).max(60_000).default(4000),
  /** How long it may take over a question, in ms. */
  PROVIDER_ASK_DEADLINE_MS: z.coerce.number().int().min(50).max(60_000).default(1000),
})

export type Config = z.output<typeof schema>

/** The only reader of the environment. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readSettings(schema, env)
