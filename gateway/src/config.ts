import { resolve } from 'node:path'
import { baseSettings, readSettings } from '@micromart/service'
import { z } from 'zod'

const port = z.coerce.number().int().min(0).max(65_535)
const perMinute = z.coerce.number().int().min(1)

/** A list in one variable, separated by commas. */
const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').map((part) => part.trim()))
  .transform((parts) => parts.filter((part) => part !== ''))

/** The environment of the gateway; docs/environment.md is generated from it. */
export const settings = baseSettings.omit({ APP_PORT: true }).extend({
  /** Express, for everybody. */
  PUBLIC_PORT: port,
  PUBLIC_HOST: z.string().default('127.0.0.1'),
  /** Budgets of one address or account; the defaults are production's. */
  RATE_READS_PER_MINUTE: perMinute.default(600),
  RATE_LOGINS_PER_MINUTE: perMinute.default(20),
  RATE_CHECKOUTS_PER_MINUTE: perMinute.default(60),
  RATE_WRITES_PER_MINUTE: perMinute.default(600),
  /** Origins that browsers may call from, such as https://shop.example. */
  CORS_ORIGINS: list,
  /** Addresses or networks of proxies whose X-Forwarded-* is believed. */
  TRUSTED_PROXIES: list,
  /** Folder of the catalogue's pictures. */
  IMAGES_DIR: z.string().default(resolve(import.meta.dirname, '../../scripts/catalogue/images')),
  SHOP_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('EUR'),
  /** `redirect` answers plain HTTP with 308 to ISSUER_URL's HTTPS address. */
  GATEWAY_PLAIN: z.enum(['serve', 'redirect']).default('serve'),
  /** Bytes of catalogue answers that are kept ready. */
  CACHE_BYTES: z.coerce.number().int().min(0).default(67_108_864),
  MAX_SOCKETS: z.coerce.number().int().min(1).default(8_192),
})

export type Config = Readonly<z.output<typeof settings>>

/** @throws SettingsError naming every fault */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readSettings(settings, env)
