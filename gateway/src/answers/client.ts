import type { ClientMetadata, OAuthClient } from '@micromart/contracts/user'
import type { z } from 'zod'
import { jsonOrText } from '../json/json-or-text.ts'
import type { ClientIn, clientPutIn } from '../shapes/client.ts'
import { present, timeAnswer } from './money.ts'

export const clientAnswer = (message: OAuthClient | undefined) => {
  const { id, metadata, createdAt, updatedAt } = present(message)
  const said = present(metadata)
  return {
    id,
    name: said.clientName,
    homePage: said.clientUri || null,
    applicationType: said.applicationType,
    tokenEndpointAuthMethod: said.tokenEndpointAuthMethod,
    grantTypes: said.grantTypes,
    redirectUris: said.redirectUris,
    postLogoutRedirectUris: said.postLogoutRedirectUris,
    scopes: said.scopes,
    jwks: said.jwks === '' ? null : jsonOrText(said.jwks),
    introspection: said.introspects,
    createdAt: timeAnswer(createdAt),
    updatedAt: timeAnswer(updatedAt),
  }
}

/** What stays as it was registered is not said again. */
export const changedMetadata = (body: z.output<typeof clientPutIn>): ClientMetadata => ({
  clientName: body.name,
  applicationType: '',
  tokenEndpointAuthMethod: '',
  grantTypes: [],
  redirectUris: body.redirectUris ?? [],
  postLogoutRedirectUris: body.postLogoutRedirectUris ?? [],
  scopes: body.scopes,
  jwks: body.jwks ? JSON.stringify(body.jwks) : '',
  clientUri: body.homePage ?? '',
  introspects: body.introspection ?? false,
})

/** An application has redirect URIs, a machine none; who has a key proves himself by it. */
export const newMetadata = (body: ClientIn): ClientMetadata => ({
  ...changedMetadata(body),
  applicationType: body.applicationType ?? 'web',
  tokenEndpointAuthMethod:
    body.tokenEndpointAuthMethod ?? (body.jwks ? 'private_key_jwt' : 'client_secret_basic'),
  grantTypes:
    body.grantTypes ??
    (body.redirectUris?.length ? ['authorization_code', 'refresh_token'] : ['client_credentials']),
})
