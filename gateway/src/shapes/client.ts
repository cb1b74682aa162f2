import { identityScopes, scopes } from '@micromart/kernel'
import { z } from 'zod'
import { line, time } from './texts.ts'

const clientPrefix = 'client-'

/** A text of another form names no client. */
export const clientId = z
  .string()
  .max(64)
  .refine((text) => text.startsWith(clientPrefix), `begins with ${clientPrefix}`)
  .meta({ examples: ['client-019a1f60-7d2c-7b3a-9c41-3f1d2a6b8c90'] })

const applicationType = z.enum(['web', 'native'])
const authMethod = z.enum(['none', 'client_secret_basic', 'private_key_jwt'])
const grantType = z.enum(['authorization_code', 'refresh_token', 'client_credentials'])
const scope = z.enum([...identityScopes, ...scopes])
const uris = z.array(line(500)).max(20)
const jwks = z.strictObject({ keys: z.array(z.record(z.string(), z.unknown())).min(1).max(5) })

/** What may change later, too. */
const changeable = {
  name: line(100),
  homePage: line(500).nullable().optional(),
  redirectUris: uris.optional(),
  postLogoutRedirectUris: uris.optional(),
  scopes: z.array(scope).min(1).max(scope.options.length),
  jwks: jwks.nullable().optional(),
  introspection: z.boolean().optional(),
}

export const clientIn = z
  .strictObject({
    ...changeable,
    applicationType: applicationType.optional(),
    tokenEndpointAuthMethod: authMethod.optional(),
    grantTypes: z.array(grantType).min(1).max(grantType.options.length).optional(),
  })
  .meta({ id: 'ClientInput' })
export type ClientIn = z.output<typeof clientIn>

export const clientPutIn = z.strictObject(changeable).meta({ id: 'ClientReplacement' })

/** How long the secret before it serves beside the new one: none of it, to a week. */
export const rotationIn = z.strictObject({ keepSeconds: z.int().min(0).max(604_800).optional() })

const fields = {
  id: z.string(),
  name: z.string(),
  homePage: z.string().nullable(),
  applicationType,
  tokenEndpointAuthMethod: authMethod,
  grantTypes: z.array(grantType),
  redirectUris: z.array(z.string()),
  postLogoutRedirectUris: z.array(z.string()),
  scopes: z.array(z.string()),
  jwks: z.object({ keys: z.array(z.record(z.string(), z.unknown())) }).nullable(),
  introspection: z.boolean(),
  createdAt: time,
  updatedAt: time,
}

export const client = z.object(fields).meta({ id: 'Client' })

/** `secret` is told once, and null for a client without one. */
export const clientWithSecret = z
  .object({ ...fields, secret: z.string().nullable() })
  .meta({ id: 'ClientWithSecret' })
