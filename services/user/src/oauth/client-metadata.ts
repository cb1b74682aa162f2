import type { AdapterPayload } from 'oidc-provider'
import type { RegisteredClient } from '../model/oauth-ports.ts'

/** Of our own metadata, beside those of RFC 7591. */
export const introspectsName = 'micromart_introspects'

/** A client as the library knows one. In place of its secret stand the digests of those that serve. */
export const clientMetadata = ({ client, secretDigests }: RegisteredClient): AdapterPayload => {
  const hasCode = client.grantTypes.includes('authorization_code')
  return {
    client_id: client.id,
    client_name: client.name,
    application_type: client.applicationType,
    token_endpoint_auth_method: client.authMethod,
    grant_types: client.grantTypes,
    response_types: hasCode ? ['code'] : [],
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    scope: client.scopes.join(' '),
    id_token_signed_response_alg: 'ES256',
    ...(secretDigests.length > 0 && { client_secret: secretDigests.join(' ') }),
    ...(client.keys.length > 0 && { jwks: { keys: client.keys } }),
    ...(client.homePage !== undefined && { client_uri: client.homePage }),
    [introspectsName]: client.introspects,
  }
}
