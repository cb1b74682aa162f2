import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import { type KoaContextWithOIDC, Provider } from 'oidc-provider'
import type { SigningRing } from '../crypto/signing-ring.ts'
import type { Secrets } from '../model/ports.ts'
import { compareByDigest } from './client-proof.ts'
import { configuration, type ConfigurationDeps } from './configuration.ts'
import { introspection, type IntrospectionDeps } from './introspection.ts'
import { withoutScripts } from './library-pages.ts'
import { consentForOffline, metadata } from './metadata.ts'
import { signInName } from './names.ts'
import { noteTokens, type TokenNoteDeps } from './token-notes.ts'
import { userinfo } from './userinfo.ts'

export type ProviderDeps = ConfigurationDeps &
  IntrospectionDeps &
  TokenNoteDeps & { readonly secrets: Secrets }

/** `form_post` sends its form by script, which no page of ours runs. */
class ShopProvider extends Provider {
  override registerResponseMode(...mode: Parameters<Provider['registerResponseMode']>): void {
    if (mode[0] !== 'form_post') super.registerResponseMode(...mode)
  }
}

/** The login that an interaction brought becomes a part of the browser's session, and ends with it. */
const keepSignIn = ({ oidc }: KoaContextWithOIDC): void => {
  const signIn = oidc.result?.['signIn']
  if (typeof signIn === 'string') oidc.session?.grantIdFor(signInName, signIn)
}

/**
 * The library with the shop's rules, for the keys of a moment.
 * @param failed is told what could not be answered: a fault of ours, which no client has to read
 */
export const makeProvider = (
  deps: ProviderDeps,
  ring: SigningRing,
  failed: (response: ServerResponse, error: unknown) => void,
): Provider => {
  const provider = new ShopProvider(deps.issuer, configuration(deps, ring))
  provider.proxy = true // it believes the scheme that the server says, which no client does
  compareByDigest(provider, deps.secrets)
  provider.use(consentForOffline)
  provider.use(userinfo(deps))
  provider.use(introspection(deps))
  provider.use(metadata)
  provider.use(withoutScripts)
  noteTokens(provider, deps)
  provider.on('interaction.ended', keepSignIn)
  provider.on('server_error', (ctx: KoaContextWithOIDC, error: unknown) => failed(ctx.res, error))
  const koa: EventEmitter = provider // its own events are not among those that the library names
  koa.on('error', (error: unknown, ctx?: KoaContextWithOIDC) => {
    if (ctx) failed(ctx.res, error)
  })
  return provider
}
