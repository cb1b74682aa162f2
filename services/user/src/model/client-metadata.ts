import { ClientInvalid } from './client-errors.ts'
import { clientKeysOf } from './client-key.ts'
import { applicationTypes, authMethods, type ClientMetadata, grantTypes } from './oauth-client.ts'
import { isOAuthScope, oauthScopes, scopesForMachine } from './oauth-scopes.ts'
import { redirectUriFault } from './redirect-uri.ts'

/** Metadata as somebody wrote them. */
export type ClientDraft = {
  readonly [Field in keyof ClientMetadata]: ClientMetadata[Field] extends readonly unknown[]
    ? readonly unknown[]
    : ClientMetadata[Field] extends boolean
      ? boolean
      : string | undefined
}

type Fault = { readonly field: string; readonly message: string }
type Check = (draft: ClientDraft) => readonly Fault[]

const fault = (when: boolean, field: string, message: string): readonly Fault[] =>
  when ? [{ field, message }] : []

const mostUris = 20

const isOneOf = <T>(known: readonly T[], value: unknown): value is T =>
  (known as readonly unknown[]).includes(value)

const nameFaults: Check = ({ name = '' }) => {
  const length = [...name.trim()].length
  return fault(
    length < 1 || length > 100 || /\p{Cc}/u.test(name),
    'name',
    'has 1 to 100 characters',
  )
}

const choiceFaults: Check = ({ applicationType, authMethod, grantTypes: grants }) => [
  ...fault(!isOneOf(applicationTypes, applicationType), 'applicationType', 'is `web` or `native`'),
  ...fault(!isOneOf(authMethods, authMethod), 'tokenEndpointAuthMethod', 'is not offered'),
  ...fault(
    grants.length === 0 || !grants.every((grant) => isOneOf(grantTypes, grant)),
    'grantTypes',
    'names what is not offered',
  ),
]

const uriFaults: Check = ({ applicationType, redirectUris, postLogoutRedirectUris, homePage }) => {
  const isNative = applicationType === 'native'
  const faultsOf = (uris: readonly unknown[], field: string) => [
    ...fault(uris.length > mostUris, field, `holds at most ${String(mostUris)}`),
    ...uris.slice(0, mostUris).flatMap((uri, index) => {
      const message = typeof uri === 'string' ? redirectUriFault(uri, isNative) : 'is no text'
      return message === undefined ? [] : [{ field: `${field}/${String(index)}`, message }]
    }),
  ]
  const home = homePage === undefined ? undefined : redirectUriFault(homePage, false)
  return [
    ...faultsOf(redirectUris, 'redirectUris'),
    ...faultsOf(postLogoutRedirectUris, 'postLogoutRedirectUris'),
    ...fault(home !== undefined, 'homePage', home ?? ''),
  ]
}

/** What fits together: RFC 6749 2.1 and 4.4, RFC 9700 2.1. */
const grantFaults: Check = ({ grantTypes: grants, authMethod, redirectUris, introspects }) => {
  const hasCode = grants.includes('authorization_code')
  const byItself = grants.includes('client_credentials')
  return [
    ...fault(
      hasCode !== redirectUris.length > 0,
      'redirectUris',
      'go together with the grant `authorization_code`',
    ),
    ...fault(
      grants.includes('refresh_token') && !hasCode,
      'grantTypes',
      '`refresh_token` needs `authorization_code`',
    ),
    ...fault(
      authMethod === 'none' && byItself,
      'tokenEndpointAuthMethod',
      'a client that acts by itself proves who it is',
    ),
    ...fault(
      authMethod === 'none' && introspects,
      'tokenEndpointAuthMethod',
      'a client that introspects proves who it is',
    ),
  ]
}

const keyFaults: Check = ({ authMethod, keys }) => {
  const needed = authMethod === 'private_key_jwt'
  if (!needed) return fault(keys.length > 0, 'jwks', 'goes together with `private_key_jwt`')
  const wanted = 'holds 1 to 5 public keys: P-256, Ed25519 or RSA of 2,048 bits'
  return fault(clientKeysOf(keys) === undefined, 'jwks', wanted)
}

const scopeFaults: Check = ({ scopes, grantTypes: grants }) => {
  const known = scopes.filter((scope) => typeof scope === 'string' && isOAuthScope(scope))
  const alone = !grants.includes('authorization_code')
  const usable = alone ? scopesForMachine(known) : known
  return [
    ...fault(known.length < scopes.length, 'scopes', 'names a scope that does not exist'),
    ...fault(usable.length < known.length, 'scopes', 'a client by itself has nothing of a user'),
    ...fault(scopes.length === 0, 'scopes', 'names at least one'),
  ]
}

const checks: readonly Check[] = [
  nameFaults,
  choiceFaults,
  uriFaults,
  grantFaults,
  keyFaults,
  scopeFaults,
]

/**
 * Metadata that can be registered.
 * @throws ClientInvalid naming every wrong field
 */
export const clientMetadataOf = (draft: ClientDraft): ClientMetadata => {
  const faults = checks.flatMap((check) => check(draft))
  if (faults.length > 0) throw new ClientInvalid(faults)
  const checked = draft as ClientMetadata // what the checks have just shown
  return {
    ...checked,
    name: checked.name.trim(),
    grantTypes: grantTypes.filter((grant) => draft.grantTypes.includes(grant)),
    redirectUris: [...new Set(checked.redirectUris)],
    postLogoutRedirectUris: [...new Set(checked.postLogoutRedirectUris)],
    scopes: oauthScopes.filter((scope) => draft.scopes.includes(scope)),
    keys: checked.authMethod === 'private_key_jwt' ? (clientKeysOf(checked.keys) ?? []) : [],
  }
}
