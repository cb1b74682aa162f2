import { baseSettings, readSettings } from '@micromart/service'
import { z } from 'zod'

const count = z.coerce.number().int().min(1)

const name = z.string().min(1)
const exampleDomain = 'micromart.example'

export const settings = baseSettings.extend({
  ARGON2_MEMORY_KIB: count.default(19_456).describe('argon2id memory in KiB.'),
  ARGON2_PASSES: count.default(2).describe('argon2id passes.'),
  HASHES_RUNNING: count
    .default(1)
    .describe('How many passwords are hashed at once: each takes a core.'),
  HASHES_WAITING: count
    .default(64)
    .describe('How many may wait for that; more are refused with `login_busy`.'),
  KEYS_EVERY_MS: count.default(60_000).describe('How often signing keys are looked after, in ms.'),
  ERASURES_EVERY_MS: count
    .default(2_000)
    .describe('How often the other services are asked for their parts of erasures, in ms.'),
  PRUNE_EVERY_MS: count
    .default(600_000)
    .describe('How often ended sessions and forgotten failures are deleted, in ms.'),
  STAFF_TOTP: z
    .enum(['optional', 'required'])
    .default('optional')
    .describe(
      '`required`: a member of the staff without a second factor may do nothing but enrol one.',
    ),
  MAIL_FOLDER: name
    .optional()
    .describe('Folder that gets every mail as a file, in place of a server: for local runs.'),
  SMTP_HOST: name
    .optional()
    .describe('The mail server; TLS is required and verified, but on a loopback address.'),
  SMTP_PORT: z.coerce
    .number()
    .int()
    .min(1)
    .max(65_535)
    .default(587)
    .describe('465 is TLS from the first byte, any other STARTTLS.'),
  SMTP_USERNAME: name
    .optional()
    .describe('Logs in there, with the secret `smtp-password`; without it nobody does.'),
  MAIL_FROM: name.default(`MicroMart <no-reply@${exampleDomain}>`).describe('Whom mails are from.'),
  MAIL_EVERY_MS: count.default(1_000).describe('How often mails that wait are sent, in ms.'),
})

/** OWASP's password storage cheat sheet, for one lane (S1). Tests take less. */
const isStrong = (read: z.output<typeof settings>): boolean =>
  read.SHOP_ENV === 'local' || (read.ARGON2_MEMORY_KIB >= 19_456 && read.ARGON2_PASSES >= 2)

const checked = settings
  .refine(isStrong, {
    path: ['ARGON2_MEMORY_KIB'],
    message: 'production takes at least 19456 KiB and 2 passes',
  })
  .refine((read) => read.SHOP_ENV === 'local' || read.MAIL_FOLDER === undefined, {
    path: ['MAIL_FOLDER'],
    message: 'production sends mails: SMTP_HOST names its server',
  })
  .refine((read) => read.SHOP_ENV === 'local' || !read.MAIL_FROM.includes(exampleDomain), {
    path: ['MAIL_FROM'],
    message: 'production names its own address',
  })
  .refine((read) => (read.MAIL_FOLDER === undefined) !== (read.SMTP_HOST === undefined), {
    path: ['SMTP_HOST'],
    message: 'either this or MAIL_FOLDER must be given',
  })

export type Config = Readonly<z.output<typeof settings>>

/** The environment of the user service, read and checked once. @throws SettingsError */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readSettings(checked, env)

const mysqlUrl = z.url({ protocol: /^mysql$/ })

/** What migrate.ts is told: the account that may change tables. */
export const readMigrateConfig = (env: NodeJS.ProcessEnv) =>
  readSettings(z.object({ MICROMART_MIGRATE_URL: mysqlUrl }), env)

/** What seed-accounts.ts is told: the serving account. */
export const readSeedConfig = (env: NodeJS.ProcessEnv) =>
  readSettings(
    z.object({
      USER_DATABASE_URL: mysqlUrl,
      SHOP_ENV: baseSettings.shape.SHOP_ENV,
    }),
    env,
  )

const keysSettings = baseSettings
  .pick({ DAPR_HTTP_PORT: true, DAPR_GRPC_PORT: true, DAPR_API_TOKEN: true })
  .partial()
  .extend({ USER_DATABASE_URL: mysqlUrl.optional(), USER_SIGNING_KEK: name.optional() })
  .refine(
    (read) =>
      (read.USER_DATABASE_URL && read.USER_SIGNING_KEK) ||
      (read.DAPR_HTTP_PORT && read.DAPR_GRPC_PORT),
    'USER_DATABASE_URL and USER_SIGNING_KEK, or the ports of the own sidecar, must be given',
  )

export type KeysConfig = z.output<typeof keysSettings>

/** What keys.ts is told: secrets, or the sidecar that has them. */
export const readKeysConfig = (env: NodeJS.ProcessEnv): KeysConfig =>
  readSettings(keysSettings, env)
