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

const file = z.string().min(1).optional()

const wired = baseSettings.omit({ APP_PORT: true }).extend({
  PUBLIC_PORT: port.describe('Express, for everybody'),
  PUBLIC_TLS_PORT: port.optional().describe('The same by HTTPS; needs a certificate'),
  TLS_CERT_FILE: file.describe('PEM: the chain of certificates, the own one first'),
  TLS_KEY_FILE: file.describe('PEM: its key'),
  TLS_CHECK_MS: z.coerce
    .number()
    .int()
    .min(50)
    .default(10_000)
    .describe('How often both files are looked at; a renewed pair is taken over without a restart'),
  PUBLIC_HOST: z.string().default('127.0.0.1').describe('The address that Express listens on'),
  RATE_READS_PER_MINUTE: perMinute
    .default(600)
    .describe("Reads of one address or account; the defaults of these five are production's"),
  RATE_LOGINS_PER_MINUTE: perMinute
    .default(20)
    .describe('Logins, registrations, resets, codes, requests to authorize a client'),
  RATE_TOKENS_PER_MINUTE: perMinute
    .default(300)
    .describe("Tokens for OAuth clients: one server's users come from one address"),
  RATE_CHECKOUTS_PER_MINUTE: perMinute.default(60).describe('Orders placed'),
  RATE_WRITES_PER_MINUTE: perMinute.default(600).describe('All other writes'),
  RATE_WEBHOOKS_PER_MINUTE: perMinute
    .default(6_000)
    .describe('Notices of payment providers, by address'),
  EVENT_STREAMS_PER_ACCOUNT: z.coerce
    .number()
    .int()
    .min(1)
    .default(20)
    .describe('Open streams of order events of one account, or of one guest order'),
  EVENT_STREAMS: z.coerce
    .number()
    .int()
    .min(1)
    .default(2_000)
    .describe('Open streams of order events in this process'),
  EVENT_HEARTBEAT_MS: z.coerce
    .number()
    .int()
    .min(100)
    .default(15_000)
    .describe('How often a quiet stream of order events says that it lives'),
  CORS_ORIGINS: list.describe('Origins that browsers may call from, separated by commas'),
  TRUSTED_PROXIES: list.describe('Addresses or networks whose X-Forwarded-* is believed'),
  SECURITY_CONTACT: list
    .refine(
      (contacts) => contacts.every((contact) => /^(mailto|https|tel):[!-~]{3,200}$/.test(contact)),
      'must be mailto:, https: or tel: addresses',
    )
    .describe(
      'Whom to tell of a vulnerability, for `/.well-known/security.txt`; without one there is none',
    ),
  IMAGES_DIR: z
    .string()
    .default(resolve(import.meta.dirname, '../../scripts/catalogue/images'))
    .describe("Folder of the catalogue's pictures"),
  SHOP_CURRENCY: z
    .string()
    .regex(/^[A-Z]{3}$/)
    .default('EUR')
    .describe("ISO 4217; what an empty cart's subtotal is in"),
  GATEWAY_PLAIN: z
    .enum(['serve', 'redirect'])
    .default('serve')
    .describe("`redirect` answers plain HTTP with 308 to ISSUER_URL's host by HTTPS"),
  CACHE_BYTES: z.coerce
    .number()
    .int()
    .min(0)
    .default(67_108_864)
    .describe('How much of the catalogue is kept ready, in bytes'),
  MAX_SOCKETS: z.coerce.number().int().min(1).default(8_192).describe('Open connections'),
})

/** The environment of the gateway; docs/environment.md is generated from it. */
export const settings = wired.refine(
  (env) => (env.TLS_CERT_FILE === undefined) === (env.TLS_KEY_FILE === undefined),
  'TLS_CERT_FILE and TLS_KEY_FILE go together',
)

export type Config = Readonly<z.output<typeof settings>>

/** @throws SettingsError naming every fault */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readSettings(settings, env)
