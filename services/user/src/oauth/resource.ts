import { tokenAudience } from '@micromart/contracts'
import { type Client, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider'
import {
  type OAuthScope,
  scopesForMachine,
  scopesForUser,
  scopesIn,
} from '../model/oauth-scopes.ts'
import { accessTokenSeconds } from '../model/session.ts'
import type { KnownAccount, RightsOf } from './account.ts'

/** While nobody is known, all that the client may have; then what his roles give *now*. A client by itself has no owner. */
const scopesNow = (
  { oidc }: KoaContextWithOIDC,
  client: Client,
  rightsOf: RightsOf,
): readonly OAuthScope[] => {
  const registered = scopesIn(client.scope ?? '')
  if (oidc.params?.['grant_type'] === 'client_credentials') return scopesForMachine(registered)
  const account = oidc.account as KnownAccount | undefined
  return account ? scopesForUser(registered, rightsOf(account.shop).scopes) : registered
}

/**
 * The shop's API, the one resource that there is, and what an access token for it may say: asked anew for each token, so that a
 * role that is gone is gone from the next one.
 * @param resource its name (RFC 8707): the shop's address
 */
export const shopResource = (resource: string, rightsOf: RightsOf) => ({
  enabled: true,
  defaultResource: () => resource,
  useGrantedResource: () => true,
  getResourceServerInfo: (
    ctx: KoaContextWithOIDC,
    indicator: string,
    client: Client,
  ): ResourceServer => {
    if (indicator !== resource) throw new errors.InvalidTarget()
    return {
      scope: scopesNow(ctx, client, rightsOf).join(' '),
      audience: tokenAudience,
      accessTokenTTL: accessTokenSeconds,
      accessTokenFormat: 'jwt',
      jwt: { sign: { alg: 'ES256' } },
    }
  },
})
