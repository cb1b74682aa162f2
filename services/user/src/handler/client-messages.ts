import type {
  ClientMetadata as MetadataMessage,
  OAuthClient as ClientMessage,
} from '@micromart/contracts/user'
import type { ClientDraft } from '../model/client-metadata.ts'
import type { OAuthClient } from '../model/oauth-client.ts'

export const clientMessage = (client: OAuthClient): ClientMessage => ({
  id: client.id,
  version: BigInt(client.version),
  metadata: {
    clientName: client.name,
    applicationType: client.applicationType,
    tokenEndpointAuthMethod: client.authMethod,
    grantTypes: client.grantTypes,
    redirectUris: client.redirectUris,
    postLogoutRedirectUris: client.postLogoutRedirectUris,
    scopes: client.scopes,
    jwks: client.keys.length === 0 ? '' : JSON.stringify({ keys: client.keys }),
    clientUri: client.homePage ?? '',
    introspects: client.introspects,
  },
  createdAt: client.createdAt,
  updatedAt: client.updatedAt,
})

/** What is no JWK Set holds one key that is none, which the rules then name. */
const keysIn = (jwks: string): readonly unknown[] => {
  if (jwks === '') return []
  const parsed: unknown = JSON.parse(jwks)
  const isSet = typeof parsed === 'object' && parsed !== null && 'keys' in parsed
  return isSet && Array.isArray(parsed.keys) ? parsed.keys : [undefined]
}

const noMetadata: MetadataMessage = {
  clientName: '',
  applicationType: '',
  tokenEndpointAuthMethod: '',
  grantTypes: [],
  redirectUris: [],
  postLogoutRedirectUris: [],
  scopes: [],
  jwks: '',
  clientUri: '',
  introspects: false,
}

export const clientDraft = (message: MetadataMessage = noMetadata): ClientDraft => ({
  name: message.clientName,
  applicationType: message.applicationType,
  authMethod: message.tokenEndpointAuthMethod,
  grantTypes: message.grantTypes,
  redirectUris: message.redirectUris,
  postLogoutRedirectUris: message.postLogoutRedirectUris,
  scopes: message.scopes,
  keys: keysIn(message.jwks),
  homePage: message.clientUri === '' ? undefined : message.clientUri,
  introspects: message.introspects,
})

/** What may change later. */
export const clientChange = ({
  name,
  redirectUris,
  postLogoutRedirectUris,
  scopes,
  keys,
  homePage,
  introspects,
}: ClientDraft) => ({
  name,
  redirectUris,
  postLogoutRedirectUris,
  scopes,
  keys,
  homePage,
  introspects,
})
