import { z } from 'zod'

/** Names an interaction; one of another form names none. */
export const uid = z
  .string()
  .refine((text) => /^[\w-]{20,64}$/.test(text), 'names no page')
  .meta({ examples: ['V1StGXR8_Z5jdHi6B-myT1StGXR8_Z5jdHi6B-myTk3'] })

const text = z.string().optional()

/** All are checked by the authorization server, which tells the client what is wrong. */
export const authorization = z.object({
  client_id: text,
  response_type: text,
  redirect_uri: text,
  scope: text,
  state: text,
  nonce: text,
  code_challenge: text,
  code_challenge_method: text,
  prompt: text,
  max_age: text,
  login_hint: text,
  resource: text,
})

export const logout = z.object({
  client_id: text,
  id_token_hint: text,
  post_logout_redirect_uri: text,
  state: text,
})

export const metadata = z.record(z.string(), z.unknown()).meta({ id: 'OAuthMetadata' })

export const oauthError = z
  .object({ error: z.string().optional(), error_description: z.string().optional() })
  .meta({ id: 'OAuthError' })

export const tokenAnswer = z
  .object({
    access_token: z.string(),
    token_type: z.literal('Bearer'),
    expires_in: z.int(),
    scope: z.string().optional(),
    refresh_token: z.string().optional(),
    id_token: z.string().optional(),
  })
  .meta({ id: 'TokenAnswer' })

export const introspection = z
  .object({
    active: z.boolean(),
    scope: z.string().optional(),
    client_id: z.string().optional(),
    sub: z.string().optional(),
    exp: z.int().optional(),
    iat: z.int().optional(),
  })
  .meta({ id: 'Introspection' })

export const userinfo = z
  .object({
    sub: z.string(),
    name: z.string().optional(),
    email: z.string().optional(),
    email_verified: z.boolean().optional(),
  })
  .meta({ id: 'Userinfo' })
