import { z } from 'zod'
import { password, time } from './texts.ts'

const code = z.string().min(1).max(100)

export const totpStartIn = z.strictObject({
  password: password.optional().meta({
    description: 'Needed when the login is older than ten minutes.',
  }),
})

export const totpCodeIn = z.strictObject({
  code: code.meta({ description: 'Six digits.', examples: ['123456'] }),
})

export const totpOffIn = z.strictObject({
  password,
  code: code.meta({ description: 'Six digits, or a recovery code.', examples: ['123456'] }),
})

export const totp = z
  .object({
    state: z.enum(['off', 'pending', 'on']),
    since: time.nullable(),
    recoveryCodesLeft: z.int(),
  })
  .meta({ id: 'Totp' })

export const totpSecret = z
  .object({
    secret: z.string().meta({ description: 'Base32, for typing.' }),
    otpauthUri: z.string().meta({ description: 'For a QR code.' }),
  })
  .meta({ id: 'TotpSecret' })

export const recoveryCodes = z
  .object({
    recoveryCodes: z.array(z.string()).meta({ description: 'Each stands in for one code.' }),
  })
  .meta({ id: 'RecoveryCodes' })
