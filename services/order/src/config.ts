import { baseSettings, readSettings } from '@micromart/service'
import { z } from 'zod'

const settings = baseSettings.extend({
  /** ISO 4217; the currency of all prices. */
  SHOP_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('EUR'),
  /** How often the sweeper looks for orders that are due, in milliseconds. */
  SWEEP_EVERY_MS: z.coerce.number().int().min(50).max(5_000).default(1_000),
})

export type Config = ReturnType<typeof readConfig>

/** @throws SettingsError naming every fault */
export const readConfig = (env: NodeJS.ProcessEnv) => readSettings(settings, env)

const migrateSettings = z.object({
  /** The DDL account's `mysql://account:password@host:port/database`; only migrate.ts sees it. */
  MICROMART_MIGRATE_URL: z.url(),
})

/** @throws SettingsError naming every fault */
export const readMigrateConfig = (env: NodeJS.ProcessEnv) => readSettings(migrateSettings, env)
