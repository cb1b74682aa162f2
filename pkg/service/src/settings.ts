import { z } from 'zod'

/** A TCP port; 0 takes any that is free. */
const port = z.coerce.number().int().min(0).max(65_535)

/** What every service reads from its environment; a service's own `config.ts` extends it. */
export const baseSettings = z.object({
  /** The app's Dapr id. */
  APP_ID: z.string().min(1),
  /** gRPC: own RPCs and Dapr's callbacks. */
  APP_PORT: port,
  /** `/livez`, `/readyz`, `/metrics`, on the loopback. */
  HTTP_PORT: port,
  DAPR_HTTP_PORT: port,
  DAPR_GRPC_PORT: port,
  /** `iss` of access tokens: the shop's public address. */
  ISSUER_URL: z.url(),
  /** Zipkin server; without it traces are kept nowhere. */
  ZIPKIN_URL: z.url().optional(),
  /** Share of traces kept, 0..1. */
  TRACE_RATIO: z.coerce.number().min(0).max(1).default(1),
  /** What the sidecar asks of the app. */
  DAPR_API_TOKEN: z.string().min(1).optional(),
  /** What the app asks of its sidecar. */
  APP_API_TOKEN: z.string().min(1).optional(),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info'),
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
 * Reads the environment once. An empty variable counts as absent.
 * @throws SettingsError naming every fault
 */
export const readSettings = <Schema extends z.ZodType>(
  schema: Schema,
  env: NodeJS.ProcessEnv,
): Readonly<z.output<Schema>> => {
  const read = schema.safeParse(withoutEmpty(env))
  if (read.success) return Object.freeze(read.data)
  throw new SettingsError(
    read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
  )
}
