import { connectSidecar } from '@micromart/dapr'
import type { Config } from './config.ts'

export type Secrets = {
  readonly databaseUrl: string
  readonly key: string
  readonly webhookKey: string
}

/** Of several live secrets the first signs. */
const firstOf = (list: string): string => list.split(',', 1).join('').trim()

/** From the environment, or from the secret store of the own sidecar, which is left again at once. */
export const readSecrets = async (config: Config): Promise<Secrets> => {
  const { PROVIDER_DATABASE_URL: databaseUrl, PROVIDER_KEY: key } = config
  const { PROVIDER_WEBHOOK_KEY: webhookKey } = config
  if (databaseUrl && key && webhookKey) return { databaseUrl, key, webhookKey }
  await using sidecar = await connectSidecar({
    grpcPort: config.DAPR_GRPC_PORT ?? 0,
    httpPort: config.DAPR_HTTP_PORT ?? 0,
    apiToken: config.DAPR_API_TOKEN,
    appId: config.APP_ID,
  })
  return {
    databaseUrl: databaseUrl ?? (await sidecar.secret('mysql-provider')),
    key: key ?? (await sidecar.secret('provider-key')),
    webhookKey: webhookKey ?? firstOf(await sidecar.secret('provider-webhook-key')),
  }
}
