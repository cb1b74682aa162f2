import { baseSettings, readSettings } from '@micromart/service'
import { z } from 'zod'

/** The environment of the cart service: docs/environment.md is generated from it. */
export const cartSettings = baseSettings.extend({
  /** ISO 4217; what an empty cart's subtotal is in. */
  SHOP_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('EUR'),
})

export type Config = Readonly<z.output<typeof cartSettings>>

/** @throws SettingsError naming every fault */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readSettings(cartSettings, env)
