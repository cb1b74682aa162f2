import type { AdapterPayload } from 'oidc-provider'
import type { OAuthGrant } from '../model/oauth-grant.ts'

type Scopes = Pick<OAuthGrant, 'granted' | 'declined'>

/** The library keeps apart what is for the user's identity and what is for a resource; here it is one list for both. */
const scopesFor = (scopes: Scopes['granted'], resource: string) => ({
  openid: { scope: scopes.join(' ') },
  resources: { [resource]: scopes.join(' ') },
})

const seconds = (at: Date): number => Math.floor(at.getTime() / 1_000)

/** A grant as the library knows one. */
export const grantPayload = (grant: OAuthGrant, resource: string): AdapterPayload => {
  const { granted, declined } = grant
  const payload = {
    kind: 'Grant',
    jti: grant.id,
    accountId: grant.accountId,
    clientId: grant.clientId,
    iat: seconds(grant.startedAt),
    exp: seconds(grant.endsAt),
    ...scopesFor(granted, resource),
    ...(declined.length > 0 && { rejected: scopesFor(declined, resource) }),
  }
  return payload
}
