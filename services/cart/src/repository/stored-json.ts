import { DomainError } from '@micromart/kernel'
import { z } from 'zod'

const schemaVersion = 1

/** A date, which JSON holds as ISO 8601. */
export const moment = z.iso.datetime().transform((at) => new Date(at))

const versioned = z.object({ schemaVersion: z.literal(schemaVersion) })

/**
 * Reads what the operations of this service have stored.
 * @param code of the error, kind internal, for what they have not written
 */
export const readerOf =
  <T>(shape: z.ZodType<T>, code: string) =>
  (value: unknown): T => {
    const read = shape.safeParse(value)
    if (versioned.safeParse(value).success && read.success) return read.data
    throw new DomainError('internal', code, {}, { cause: read.error })
  }

/** The JSON of it. */
export const storedWith = (of: object): object => ({ schemaVersion, ...of })
