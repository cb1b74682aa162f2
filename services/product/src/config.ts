import { baseSettings, readSettings } from '@micromart/service'
import { z } from 'zod'

const milliseconds = z.coerce.number().int().min(10)

/** The environment of the product service: docs/environment.md is generated from it. */
export const settings = baseSettings.extend({
  SHOP_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('EUR')
    .describe('ISO 4217; what prices are in.'),
  EXPIRE_EVERY_MS: milliseconds
    .default(1_000)
    .describe('How often holds that ended are looked for, in ms.'),
  PRUNE_EVERY_MS: milliseconds
    .default(60_000)
    .describe('How often old rows of the list of changes are deleted, in ms.'),
})

export type Config = Readonly<z.output<typeof settings>>

/** @throws SettingsError naming every fault */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readSettings(settings, env)

/** What migrate.ts is told: the account that may change tables. */
export const readMigrateConfig = (env: NodeJS.ProcessEnv) =>
  readSettings(z.object({ MICROMART_MIGRATE_URL: z.url({ protocol: /^mysql$/ }) }), env)
