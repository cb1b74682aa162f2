import type { Clock } from '@micromart/kernel'
import {
  type AccessToken,
  type AdapterFactory,
  type Client,
  type ClientCredentials,
  type Configuration,
  errors,
  interactionPolicy,
  type KoaContextWithOIDC,
  type RefreshToken,
  type Session,
} from 'oidc-provider'
import type { SigningRing } from '../crypto/signing-ring.ts'
import type { Accounts } from '../model/ports.ts'
import { oauthScopes } from '../model/oauth-scopes.ts'
import { accessTokenSeconds, refreshExpiry } from '../model/session.ts'
import { findAccount, type KnownAccount, type RightsOf } from './account.ts'
import { introspectsName } from './client-metadata.ts'
import { checkAssertion } from './client-proof.ts'
import { ringKeys } from './keys.ts'
import { askLogout, showError, showLoggedOut } from './library-pages.ts'
import { cookieNames, interactionPath, paths } from './names.ts'
import { shopResource } from './resource.ts'

export type ConfigurationDeps = {
  readonly issuer: string
  readonly adapter: AdapterFactory
  readonly accounts: Pick<Accounts, 'byId'>
  readonly rightsOf: RightsOf
  readonly clock: Clock
}

const codeSeconds = 60
const interactionSeconds = 15 * 60
const signInSeconds = 24 * 60 * 60

/** A refresh token ends with its grant, or after 30 days, as every other (RFC 9700 4.14.2). */
const refreshTokenSeconds =
  (clock: Clock) =>
  ({ oidc }: KoaContextWithOIDC): number => {
    const now = clock.now()
    const endsAt = new Date((oidc.entities.Grant?.exp ?? 0) * 1_000)
    const left = refreshExpiry({ endsAt }, now).getTime() - now.getTime()
    return Math.max(1, Math.floor(left / 1_000))
  }

/** The browser's session ends with the login that it began with. */
const sessionSeconds =
  (clock: Clock) =>
  (_ctx: KoaContextWithOIDC, { loginTs }: Session): number => {
    if (loginTs === undefined) return interactionSeconds
    const left = loginTs + signInSeconds - Math.floor(clock.now().getTime() / 1_000)
    return Math.max(1, left)
  }

/** The claims of an access token beside the library's: those of the shop's own tokens. */
const extraClaims =
  ({ rightsOf }: ConfigurationDeps) =>
  ({ oidc }: KoaContextWithOIDC, token: AccessToken | ClientCredentials) => {
    if (token.kind === 'ClientCredentials') {
      if (!token.scope) throw new errors.InvalidScope('ask for at least one scope', '')
      return { roles: [] }
    }
    const { shop } = oidc.account as KnownAccount
    return { roles: rightsOf(shop).roles, sid: token.grantId }
  }

type Token = AccessToken | ClientCredentials | RefreshToken

/** Services of our own look at every token, a client at its own. */
const mayIntrospect = (_ctx: unknown, client: Client, { clientId }: Token): boolean =>
  client[introspectsName] === true || clientId === client.clientId

/** Its own tokens alone (RFC 7009 2.1). @throws InvalidRequest for another's */
const mayRevoke = (_ctx: unknown, client: Client, { clientId }: Token): boolean => {
  if (clientId !== client.clientId) throw new errors.InvalidRequest('not a token of this client')
  return true
}

const features = ({
  issuer,
  rightsOf,
}: ConfigurationDeps): NonNullable<Configuration['features']> => ({
  devInteractions: { enabled: false },
  dPoP: { enabled: false },
  pushedAuthorizationRequests: { enabled: false },
  userinfo: { enabled: true },
  clientCredentials: { enabled: true },
  revocation: { enabled: true, allowedPolicy: mayRevoke },
  introspection: { enabled: true, allowedPolicy: mayIntrospect },
  rpInitiatedLogout: {
    enabled: true,
    logoutSource: askLogout,
    postLogoutSuccessSource: showLoggedOut,
  },
  resourceIndicators: shopResource(issuer, rightsOf),
  externalSigningSupport: { enabled: true, ack: 'experimental-01' },
})

/** What OAuth 2.1 leaves: code with PKCE by S256, no implicit flow, no password grant, rotation at each use. */
const rules = ({ clock }: ConfigurationDeps): Configuration => ({
  responseTypes: ['code'],
  scopes: oauthScopes,
  claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'] },
  clientAuthMethods: ['none', 'client_secret_basic', 'private_key_jwt'],
  clientDefaults: { id_token_signed_response_alg: 'ES256' },
  enabledJWA: {
    clientAuthSigningAlgValues: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
    idTokenSigningAlgValues: ['ES256'],
  },
  extraClientMetadata: { properties: [introspectsName], validator: () => {} },
  assertJwtClientAuthClaimsAndHeader: checkAssertion(clock),
  allowOmittingSingleRegisteredRedirectUri: false,
  pkce: { required: () => true },
  rotateRefreshToken: true,
  revokeGrantPolicy: () => true,
  clientBasedCORS: () => true, // the gateway decides by its list, and drops these headers
  fetch: () => Promise.reject(new Error('no address of a client is fetched (S56)')),
})

const lifetimes = ({ clock }: ConfigurationDeps): NonNullable<Configuration['ttl']> => ({
  AccessToken: accessTokenSeconds,
  ClientCredentials: accessTokenSeconds,
  IdToken: accessTokenSeconds,
  AuthorizationCode: codeSeconds,
  Interaction: interactionSeconds,
  Grant: signInSeconds,
  RefreshToken: refreshTokenSeconds(clock),
  Session: sessionSeconds(clock),
})

/** Everything that the library is told, for the keys of a moment. */
export const configuration = (deps: ConfigurationDeps, ring: SigningRing): Configuration => {
  const isHttps = deps.issuer.startsWith('https:')
  const cookie = { httpOnly: true, sameSite: 'lax', secure: isHttps } as const
  return {
    ...rules(deps),
    adapter: deps.adapter,
    routes: paths,
    features: features(deps),
    ttl: lifetimes(deps),
    findAccount: findAccount(deps.accounts),
    extraTokenClaims: extraClaims(deps),
    cookies: { names: cookieNames(isHttps), long: cookie, short: cookie },
    interactions: {
      policy: interactionPolicy.base(),
      url: (_ctx, { uid }) => interactionPath(uid),
    },
    renderError: showError,
    jwks: { keys: ringKeys(ring) },
  }
}
