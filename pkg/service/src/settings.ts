import { z } from 'zod'
import { productionFaults, shopEnvironments } from './production.ts'

/** A TCP port; 0 takes any that is free. */
const port = z.coerce.number().int().min(0).max(65_535)

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
  ZIPKIN_URL: z.url().optional().describe('Zipkin server; without it traces are kept nowhere.'),
  TRACE_RATIO: z.coerce.number().min(0).max(1).default(1).describe('Share of traces kept, 0..1.'),
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
  LOG_LEVEL: z
    .enum(['debug', 'info', 'warn', 'error'])
    .default('info')
    .describe('The least level that is logged.'),
})

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
