import { baseSettings, readSettings } from '@micromart/service'
import { z } from 'zod'

/** The environment of the cart service: docs/environment.md is generated from it. */
export const settings = baseSettings.extend({
  SHOP_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('EUR')
    .describe("ISO 4217; what an empty cart's subtotal is in."),
})

export type Config = Readonly<z.output<typeof settings>>

/** @throws SettingsError naming every fault */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readSettings(settings, env)
