import { readFile } from 'node:fs/promises'
import type { Breakers, Sidecar } from '@micromart/dapr'
import type { Clock, Log } from '@micromart/kernel'
import { providerHttp } from './client/provider-http.ts'
import type { Config } from './config.ts'
import type { Provider } from './model/provider.ts'

/** Several secrets are live while one is replaced by the next. */
const liveSecrets = (list: string): readonly string[] =>
  list
    .split(',')
    .map((secret) => secret.trim())
    .filter((secret) => secret !== '')

type Deps = { readonly breakers: Breakers; readonly clock: Clock; readonly log: Log }

const limitsOf = (config: Config) => ({
  limitMs: config.PROVIDER_DEADLINE_MS,
  askLimitMs: config.PROVIDER_ASK_DEADLINE_MS,
})

const simulated = async (config: Config, sidecar: Sidecar, deps: Deps): Promise<Provider> => {
  const settings = {
    ...limitsOf(config),
    url: config.PROVIDER_URL ?? '',
    ca: config.PROVIDER_CA_FILE && (await readFile(config.PROVIDER_CA_FILE, 'utf8')),
    key: await sidecar.secret('provider-key'),
    webhookKeys: liveSecrets(await sidecar.secret('provider-webhook-key')),
  }
  return providerHttp(settings, deps)
}

const stripe = async (config: Config, sidecar: Sidecar, deps: Deps): Promise<Provider> => {
  // Loaded only where it is wanted: the library is larger than the rest of this service.
  const { providerStripe } = await import('./client/provider-stripe.ts')
  const settings = {
    ...limitsOf(config),
    apiKey: await sidecar.secret('stripe-api-key'),
    apiUrl: config.STRIPE_URL,
    webhookKeys: liveSecrets(await sidecar.secret('stripe-webhook-secret')),
    returnUrl: config.STRIPE_RETURN_URL ?? '',
    actionMs: config.STRIPE_ACTION_SECONDS * 1000,
  }
  return providerStripe(settings, deps)
}

/** The provider that the environment asks for. */
export const openProvider = (config: Config, sidecar: Sidecar, deps: Deps): Promise<Provider> =>
  config.PAYMENT_PROVIDER === 'stripe'
    ? stripe(config, sidecar, deps)
    : simulated(config, sidecar, deps)
