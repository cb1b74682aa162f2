import { z } from 'zod'
import { productionFaults, shopEnvironments } from './production.ts'

/** A TCP port; 0 takes any that is free. */
const port = z.coerce.number().int().min(0).max(65_535)

const ratio = z.coerce.number().min(0).max(1)
const milliseconds = z.coerce.number().int().min(0).max(60_000)

/** What every process reads: how it tells of itself, and how it ends. */
export const processVariables = {
  ZIPKIN_URL: z
    .url()
    .optional()
    .describe('Zipkin server for traces; without it and OTLP_URL they are kept nowhere.'),
  OTLP_URL: z
    .url()
    .optional()
    .describe('OTLP receiver (HTTP) for traces, such as a collector; then not to Zipkin.'),
  TRACE_RATIO: ratio
    .default(0.1)
    .describe('Share of traces kept, 0..1, of those that begin here and are no checkouts.'),
  TRACE_CHECKOUT_RATIO: ratio
    .default(1)
    .describe('Share kept of checkouts, payments and refunds, and of what finishes them.'),
  BUILD_VERSION: z.string().min(1).default('0.0.0').describe('Version that runs.'),
  BUILD_COMMIT: z.string().min(1).default('unknown').describe('Commit that it was built from.'),
  DRAIN_MS: milliseconds
    .default(5_000)
    .describe('How long it serves on after SIGTERM, not ready any more, before it closes.'),
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('The least level that is logged.'),
}

/**
 * Where the small HTTP server listens. In a pod whoever asks how it is comes from outside of its network; who may come there a
 * NetworkPolicy says.
 */
export const healthHost = z
  .ipv4()
  .default('127.0.0.1')
  .describe('The address that HTTP_PORT listens on: 0.0.0.0 in a pod, for its probes.')

/** What every service reads from its environment; a service's own `config.ts` extends it. */
export const baseSettings = z.object({
  SHOP_ENV: z
    .enum(shopEnvironments)
    .default('production')
    .describe(
      '`production` does not start with defaults and weak secrets; `local` is for one machine.',
    ),
  APP_ID: z.string().min(1).describe("The app's Dapr id."),
  APP_PORT: port.describe("gRPC: own RPCs and Dapr's callbacks."),
  HTTP_PORT: port.describe('`/livez`, `/readyz`, `/metrics`.'),
  HTTP_HOST: healthHost,
  DAPR_HTTP_PORT: port.describe("The own sidecar's HTTP port."),
  DAPR_GRPC_PORT: port.describe("The own sidecar's gRPC port."),
  ISSUER_URL: z.url().describe("`iss` of access tokens: the shop's public address."),
  ...processVariables,
  READY_LAG_MS: milliseconds
    .default(1_000)
    .describe('Not ready while the event loop is later than this half of the time; 0: whatever.'),
  DAPR_API_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe('Sent with every request to the own sidecar, which refuses others.'),
  APP_API_TOKEN: z
    .string()
    .min(1)
    .optional()
    .describe('Sent by the own sidecar; RPCs without it are refused.'),
})

/** What every service reads from its environment. */
export type BaseConfig = z.output<typeof baseSettings>

/** Faults of an environment, all together; it names variables and never shows their values. */
export class SettingsError extends Error {
  override readonly name = 'SettingsError'

  constructor(faults: readonly string[]) {
    super(`the environment is not right:\n${faults.map((fault) => `  ${fault}`).join('\n')}`)
  }
}

const withoutEmpty = (env: NodeJS.ProcessEnv): Record<string, string | undefined> =>
  Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''))

/**
 * Reads the environment once. An empty variable counts as absent. Where SHOP_ENV is `production`, defaults that protect nothing are
 * faults, too.
 * @throws SettingsError naming every fault
 */
export const readSettings = <Schema extends z.ZodType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<Schema>> => {
  const read = schema.safeParse(withoutEmpty(env))
  if (!read.success) {
    throw new SettingsError(
      read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
    )
  }
  const faults = productionFaults(Object(read.data))
  if (faults.length > 0) throw new SettingsError(faults)
  return Object.freeze(read.data)
}
