import { roles } from '@micromart/kernel'
import { z } from 'zod'
import { email, id, ownWords, password, time } from './texts.ts'
import { totp } from './totp.ts'

const userFields = { id, email, name: z.string(), roles: z.array(z.string()), createdAt: time }

export const user = z.object(userFields).meta({ id: 'User' })

/** One's own account. */
export const me = z.object({ ...userFields, emailVerified: z.boolean() }).meta({ id: 'Me' })

const sessionFields = {
  id,
  startedAt: time,
  lastUsedAt: time,
  client: z
    .object({ id: z.string(), name: z.string(), scopes: z.array(z.string()) })
    .nullable()
    .meta({ description: 'The OAuth client that acts for me, and what I let it do.' }),
  userAgent: z.string().nullable(),
  address: z
    .string()
    .nullable()
    .meta({ examples: ['192.0.2.0/24'] }),
  current: z.boolean().meta({ description: 'Whether it is that of this very token.' }),
}

export const session = z.object(sessionFields).meta({ id: 'Session' })

const tokenFields = {
  accessToken: z.string(),
  refreshToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int(),
}

export const tokens = z.object(tokenFields).meta({ id: 'Tokens' })

export const registered = z.object({ ...tokenFields, user }).meta({ id: 'Registered' })

export const registerIn = z.strictObject({ email, password, name: ownWords(100) })

export const loginIn = z.strictObject({
  email: z.string().min(1).max(254),
  password,
  totp: z.string().min(1).max(100).optional().meta({
    description: 'Of the second factor, where the account has one: six digits, or a recovery code.',
  }),
})

/** Opaque to us; a text that is not ours is simply not known. */
const refreshToken = z.string().min(1).max(512)

/** Of a link in a mail: opaque, too. */
const linkToken = z.string().min(1).max(512)

export const verifyIn = z.strictObject({ token: linkToken })

export const resetIn = z.strictObject({ email: z.string().min(1).max(254) })

export const newPasswordIn = z.strictObject({ token: linkToken, password })

export const refreshIn = z.strictObject({ refreshToken })

export const changeMeIn = z.strictObject({ name: ownWords(100).optional() })

export const passwordIn = z.strictObject({
  currentPassword: password,
  newPassword: password,
  refreshToken: refreshToken.optional(),
})

export const rolesIn = z.strictObject({
  roles: z.array(z.enum(roles)).max(roles.length),
})

/** What is kept besides account and addresses; secrets are not among it. */
export const kept = {
  sessions: z.array(z.object({ ...sessionFields, endedAt: time.nullable() })),
  totp,
  links: z.array(z.object({ purpose: z.string(), createdAt: time, expiresAt: time })),
  mails: z.array(
    z.object({
      kind: z.string(),
      createdAt: time,
      endedAt: time.nullable(),
      outcome: z.string().nullable(),
    }),
  ),
}
