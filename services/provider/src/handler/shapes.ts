import { z } from 'zod'

const amount = z.number().int().positive().max(Number.MAX_SAFE_INTEGER)
const key = z.string().regex(/^[\x21-\x7e]{1,255}$/)
const reference = z.string().regex(/^[\x21-\x7e]{1,100}$/)
const token = z.string().min(1).max(255)
const limit = z.coerce.number().int().min(1).max(1000).default(500)

export const keyHeader = key
export const keyQuery = z.object({ key })
export const keyBody = z.strictObject({ key })
export const chargeBody = z.strictObject({
  amount,
  currency: z.string().regex(/^[A-Z]{3}$/),
  token,
  reference,
})
export const refundBody = z.strictObject({ charge: z.uuid(), amount })
export const deskRefundBody = z.strictObject({ reference, amount: amount.optional() })
export const noticesBody = z.strictObject({ since: z.iso.datetime() })
export const ledgerQuery = z.object({ after: z.coerce.bigint().min(0n).default(0n), limit })
export const ledgerSumsQuery = z.object({ afterReference: z.string().max(100), limit })
export const faultBody = z
  .strictObject({
    operation: z.enum(['charge', 'find', 'confirm', 'cancel', 'refund']).default('charge'),
    token: token.optional(),
    reference: reference.optional(),
    step: z.enum(['before', 'after']),
    kind: z.enum(['error', 'timeout', 'reset', 'decline']),
    times: z.number().int().min(1).max(10_000).default(1),
  })
  .refine(
    ({ kind, step, operation }) =>
      kind !== 'decline' ||
      (step === 'before' && (operation === 'charge' || operation === 'refund')),
    'only charges and refunds are declined, and before their effect',
  )
  .refine(
    ({ operation, token: of }) => of === undefined || operation === 'charge',
    'only charges have a token',
  )
