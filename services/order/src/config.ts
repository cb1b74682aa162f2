import { baseSettings, readSettings } from '@micromart/service'
import { z } from 'zod'

export const settings = baseSettings.extend({
  SHOP_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('EUR')
    .describe('ISO 4217; the currency of all prices.'),
  SWEEP_EVERY_MS: z.coerce
    .number()
    .int()
    .min(50)
    .max(5_000)
    .default(1_000)
    .describe('How often the sweeper looks for orders that are due, in milliseconds.'),
})

export type Config = ReturnType<typeof readConfig>

/** @throws SettingsError naming every fault */
export const readConfig = (env: NodeJS.ProcessEnv) => readSettings(settings, env)

const migrateSettings = z.object({
  MICROMART_MIGRATE_URL: z
    .url()
    .describe(
      "The DDL account's `mysql://account:password@host:port/database`; only migrate.ts sees it.",
    ),
})

/** @throws SettingsError naming every fault */
export const readMigrateConfig = (env: NodeJS.ProcessEnv) => readSettings(migrateSettings, env)
