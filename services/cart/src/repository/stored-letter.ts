import { deadLetterStates, DomainError } from '@micromart/kernel'
import { z } from 'zod'

const schemaVersion = 1

const text = z.string()
const moment = z.iso.datetime().transform((at) => new Date(at))

const failure = z.object({
  topic: text,
  reason: text,
  attempts: z.int().nonnegative(),
  firstFailedAt: moment,
  lastFailedAt: moment,
})

const decision = z.object({
  at: moment,
  actor: text,
  action: z.enum(['replayed', 'replay_failed', 'discarded']),
  note: text,
})

const letter = z.object({
  topic: text,
  payload: text,
  traceparent: text.optional(),
  receivedAt: moment,
  state: z.enum(deadLetterStates),
  decisions: z.array(decision),
})

const record = z.object({ id: text, failure: failure.optional(), letter: letter.optional() })

const index = z.object({
  lastSeq: z.int().nonnegative(),
  letters: z.array(z.object({ seq: z.int(), id: text, state: z.enum(deadLetterStates) })),
  failures: z.array(z.object({ id: text, at: moment })),
})

export type StoredFailure = z.output<typeof failure>
export type StoredLetter = z.output<typeof letter>

/** All that is known of one event: deliveries that failed, and the letter that it became. */
export type EventRecord = z.output<typeof record>

/**
 * The events that there are records of. Letters stand in the order of their arrival, with their state as it was written last: a crash
 * between the record's write and this one leaves `open` what is decided.
 */
export type LetterIndex = z.output<typeof index>

const versioned = z.object({ schemaVersion: z.literal(schemaVersion) })

const reader =
  <T>(shape: z.ZodType<T>) =>
  (value: unknown): T => {
    const read = shape.safeParse(value)
    if (versioned.safeParse(value).success && read.success) return read.data
    throw new DomainError('internal', 'letter_unreadable', {}, { cause: read.error })
  }

export const recordFrom = reader<EventRecord>(record)
export const indexFrom = reader<LetterIndex>(index)

/** The JSON of either: its dates as ISO 8601. */
export const storedWith = (of: EventRecord | LetterIndex): object => ({ schemaVersion, ...of })
