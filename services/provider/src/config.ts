import { apps } from '@micromart/contracts'
import { healthHost, processVariables, readSettings } from '@micromart/service'
import { z } from 'zod'

const port = z.coerce.number().int().min(0).max(65_535)

const file = z.string().min(1).optional()

/** The simulator needs no sidecar when its secrets come by the environment. */
export const settings = z
  .object({
    SHOP_ENV: z
      .enum(['production', 'local'])
      .default('production')
      .describe('Production does not start it: its money is none.'),
    APP_ID: z.string().min(1).default(apps.provider).describe("The app's Dapr id."),
    HTTP_PORT: port.default(7206).describe('The API, `/livez`, `/readyz`, `/metrics`.'),
    HTTP_HOST: healthHost.describe(
      'The address that HTTP_PORT and TLS_PORT listen on: 0.0.0.0 in a pod, for its probes and payment.',
    ),
    TLS_PORT: port.default(7207).describe('The API by HTTPS; needs a certificate.'),
    TLS_CERT_FILE: file.describe(
      'PEM: chain of certificates. With it the API is on `TLS_PORT` alone, not on `HTTP_PORT`.',
    ),
    TLS_KEY_FILE: file.describe('PEM: its key.'),
    PROVIDER_DATABASE_URL: z
      .url()
      .optional()
      .describe(
        '`mysql://account:password@host:port/micromart_provider`; otherwise the secret `mysql-provider`.',
      ),
    PROVIDER_KEY: z
      .string()
      .min(16)
      .optional()
      .describe('What callers prove themselves with; otherwise the secret `provider-key`.'),
    PROVIDER_WEBHOOK_KEY: z
      .string()
      .min(16)
      .optional()
      .describe('What webhooks are signed with; otherwise the secret `provider-webhook-key`.'),
    PROVIDER_WEBHOOK_URL: z
      .url()
      .default('http://127.0.0.1:8080/v1/webhooks/simulated')
      .describe('Where the merchant takes webhooks.'),
    PROVIDER_PUBLIC_URL: z
      .url()
      .transform((url) => url.replace(/\/$/, ''))
      .optional()
      .describe("Where the shopper's browser reaches the 3-D Secure page; otherwise the loopback."),
    DAPR_HTTP_PORT: port.optional().describe("The own sidecar's HTTP port."),
    DAPR_GRPC_PORT: port.optional().describe("The own sidecar's gRPC port."),
    DAPR_API_TOKEN: z
      .string()
      .min(1)
      .optional()
      .describe('Sent with every request to the own sidecar, which refuses others.'),
    PROVIDER_SLOW_MS: z.coerce
      .number()
      .int()
      .min(0)
      .default(2000)
      .describe('After how long `tok_slow` is answered, in ms.'),
    PROVIDER_SILENCE_MS: z.coerce
      .number()
      .int()
      .min(0)
      .default(30_000)
      .describe('After how long `tok_timeout` is answered, in ms: longer than any caller waits.'),
    PROVIDER_SETTLE_SECONDS: z.coerce
      .number()
      .min(0)
      .default(2)
      .describe('After how long `tok_pending` settles, in seconds.'),
    PROVIDER_ACTION_SECONDS: z.coerce
      .number()
      .min(0)
      .default(300)
      .describe('How long `tok_3ds` waits for the shopper, in seconds.'),
    ...processVariables,
  })
  .refine((env) => env.SHOP_ENV === 'local', {
    path: ['SHOP_ENV'],
    message: 'the simulated provider is for `local` shops: its money is none',
  })
  .refine(
    (env) => (env.TLS_CERT_FILE === undefined) === (env.TLS_KEY_FILE === undefined),
    'TLS_CERT_FILE and TLS_KEY_FILE go together',
  )
  .refine(
    (env) =>
      (env.PROVIDER_DATABASE_URL && env.PROVIDER_KEY && env.PROVIDER_WEBHOOK_KEY) ||
      (env.DAPR_HTTP_PORT && env.DAPR_GRPC_PORT),
    'PROVIDER_DATABASE_URL, PROVIDER_KEY and PROVIDER_WEBHOOK_KEY, or the ports of a sidecar, must be given',
  )

export type Config = z.output<typeof settings>

/** The only reader of the environment. */
export const readConfig = (env: NodeJS.ProcessEnv): Config => readSettings(settings, env)
