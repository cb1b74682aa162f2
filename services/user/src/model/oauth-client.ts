import { isId } from '@micromart/kernel'
import type { ClientKey } from './client-key.ts'
import type { OAuthScope } from './oauth-scopes.ts'

export const applicationTypes = ['web', 'native'] as const
export const authMethods = ['none', 'client_secret_basic', 'private_key_jwt'] as const
export const grantTypes = ['authorization_code', 'refresh_token', 'client_credentials'] as const

type ApplicationType = (typeof applicationTypes)[number]
type AuthMethod = (typeof authMethods)[number]
type GrantType = (typeof grantTypes)[number]

/** What is registered of a client; the names are those of RFC 7591. */
export type ClientMetadata = {
  readonly name: string
  /** Of a native application the port of a loopback redirect URI may vary (RFC 8252 7.3). */
  readonly applicationType: ApplicationType
  readonly authMethod: AuthMethod
  readonly grantTypes: readonly GrantType[]
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  /** What it may ask for, in the table's order. */
  readonly scopes: readonly OAuthScope[]
  readonly keys: readonly ClientKey[]
  readonly homePage: string | undefined
  /** Whether it may introspect every token: a service of our own. */
  readonly introspects: boolean
}

export type OAuthClient = ClientMetadata & {
  readonly id: string
  /** Grows with each change. */
  readonly version: number
  readonly createdAt: Date
  readonly updatedAt: Date
}

const prefix = 'client-'

/** No user's id has this form: a client's `sub` never names a user (RFC 9700 4.15). */
export const clientIdOf = (id: string): string => `${prefix}${id}`

export const isClientId = (text: string): boolean =>
  text.startsWith(prefix) && isId(text.slice(prefix.length))
