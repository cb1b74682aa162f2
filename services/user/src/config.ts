import { baseSettings, readSettings } from '@micromart/service'
import { z } from 'zod'

const count = z.coerce.number().int().min(1)

const settings = baseSettings.extend({
  /** argon2id memory in KiB; less than OWASP's 19456 is for tests alone. */
  ARGON2_MEMORY_KIB: count.default(19_456),
  /** argon2id passes. */
  ARGON2_PASSES: count.default(2),
  /** How many passwords are hashed at once: each takes a core. */
  HASHES_RUNNING: count.default(1),
  /** How many may wait for that; more are refused with `login_busy`. */
  HASHES_WAITING: count.default(64),
  /** How often signing keys are looked after, in ms. */
  KEYS_EVERY_MS: count.default(60_000),
  /** How often ended sessions and forgotten failures are deleted, in ms. */
  PRUNE_EVERY_MS: count.default(600_000),
})

/** The environment of the user service, read and checked once. @throws SettingsError */
export const readConfig = (env: NodeJS.ProcessEnv) => {
  const read = readSettings(settings, env)
  return Object.freeze({
    grpcPort: read.APP_PORT,
    httpPort: read.HTTP_PORT,
    appToken: read.APP_API_TOKEN,
    issuer: read.ISSUER_URL,
    logLevel: read.LOG_LEVEL,
    sidecar: {
      grpcPort: read.DAPR_GRPC_PORT,
      httpPort: read.DAPR_HTTP_PORT,
      apiToken: read.DAPR_API_TOKEN,
      appId: read.APP_ID,
    },
    telemetry: {
      serviceName: read.APP_ID,
      zipkinUrl: read.ZIPKIN_URL,
      sampleRatio: read.TRACE_RATIO,
    },
    hashing: {
      cost: { memoryKib: read.ARGON2_MEMORY_KIB, passes: read.ARGON2_PASSES, lanes: 1 },
      limits: { running: read.HASHES_RUNNING, waiting: read.HASHES_WAITING },
    },
    keysEveryMs: read.KEYS_EVERY_MS,
    pruneEveryMs: read.PRUNE_EVERY_MS,
  })
}

export type Config = ReturnType<typeof readConfig>

const mysqlUrl = z.url({ protocol: /^mysql$/ })

/** What migrate.ts is told: the account that may change tables. */
export const readMigrateConfig = (env: NodeJS.ProcessEnv) =>
  readSettings(z.object({ MICROMART_MIGRATE_URL: mysqlUrl }), env)

/** What seed-accounts.ts is told: the serving account. */
export const readSeedConfig = (env: NodeJS.ProcessEnv) =>
  readSettings(z.object({ USER_DATABASE_URL: mysqlUrl }), env)
