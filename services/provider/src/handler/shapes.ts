import { z } from 'zod'

const amount = z.number().int().positive().max(Number.MAX_SAFE_INTEGER)
const key = z.string().regex(/^[\x21-\x7e]{1,255}$/)

export const keyHeader = key
export const keyQuery = z.object({ key })
export const chargeBody = z.strictObject({
  amount,
  currency: z.string().regex(/^[A-Z]{3}$/),
  token: z.string().min(1).max(255),
  reference: z.string().min(1).max(100),
})
export const cancelBody = z.strictObject({ key })
export const refundBody = z.strictObject({ charge: z.uuid(), amount })
export const ledgerQuery = z.object({
  after: z.coerce.bigint().min(0n).default(0n),
  limit: z.coerce.number().int().min(1).max(1000).default(500),
})
