import { roles } from '@micromart/kernel'
import { z } from 'zod'
import { email, id, line, password, time } from './texts.ts'

export const user = z
  .object({ id, email, name: z.string(), roles: z.array(z.string()), createdAt: time })
  .meta({ id: 'User' })

const tokenFields = {
  accessToken: z.string(),
  refreshToken: z.string(),
  tokenType: z.literal('Bearer'),
  expiresIn: z.int(),
}

export const tokens = z.object(tokenFields).meta({ id: 'Tokens' })

export const registered = z.object({ ...tokenFields, user }).meta({ id: 'Registered' })

export const registerIn = z.strictObject({ email, password, name: line(100) })

export const loginIn = z.strictObject({
  email: z.string().min(1).max(254),
  password,
  totp: z.string().min(1).max(100).optional().meta({
    description: 'Of the second factor, where the account has one: six digits, or a recovery code.',
  }),
})

/** Opaque to us; a text that is not ours is simply not known. */
const refreshToken = z.string().min(1).max(512)

export const refreshIn = z.strictObject({ refreshToken })

export const changeMeIn = z.strictObject({ name: line(100).optional() })

export const passwordIn = z.strictObject({
  currentPassword: password,
  newPassword: password,
  refreshToken: refreshToken.optional(),
})

export const rolesIn = z.strictObject({
  roles: z.array(z.enum(roles)).max(roles.length),
})
