import { z } from 'zod'

const whole = (text: unknown): unknown =>
  typeof text === 'string' && /^\d{1,10}$/.test(text) ? Number(text) : text

const truth = (text: unknown): unknown => (text === 'true' ? true : text === 'false' ? false : text)

/** A whole number in a query, in plain digits. */
export const wholeIn = (min: number, max: number) =>
  z.preprocess(whole, z.int().min(min).max(max)).optional()

/** `true` or `false` in a query. */
export const flag = z.preprocess(truth, z.boolean()).optional()

/** A moment in a query, RFC 3339 with its offset. */
export const moment = z.iso
  .datetime({ offset: true })
  .optional()
  .meta({ examples: ['2026-01-31T12:00:00.000Z'] })

/** What every list takes. */
export const paging = {
  limit: z.preprocess(whole, z.int().min(1).max(100)).default(20),
  cursor: z.string().min(1).max(2_000).optional(),
}

/** A list as it is answered. */
export const listOf = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item).readonly(), nextCursor: z.string().nullable() })
