import { connectSidecar } from '@micromart/dapr'
import type { Config } from './config.ts'

export type Secrets = { readonly databaseUrl: string; readonly key: string }

/** From the environment, or from the secret store of the own sidecar, which is left again at once. */
export const readSecrets = async (config: Config): Promise<Secrets> => {
  const { PROVIDER_DATABASE_URL: databaseUrl, PROVIDER_KEY: key } = config
  if (databaseUrl && key) return { databaseUrl, key }
  await using sidecar = await connectSidecar({
    grpcPort: config.DAPR_GRPC_PORT ?? 0,
    httpPort: config.DAPR_HTTP_PORT ?? 0,
    apiToken: config.DAPR_API_TOKEN,
    appId: config.APP_ID,
  })
  return {
    databaseUrl: databaseUrl ?? (await sidecar.secret('mysql-provider')),
    key: key ?? (await sidecar.secret('provider-key')),
  }
}
