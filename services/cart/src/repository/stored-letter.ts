import { deadLetterStates } from '@micromart/kernel'
import { z } from 'zod'
import { moment, readerOf } from './stored-json.ts'

const text = z.string()

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

export const recordFrom = readerOf<EventRecord>(record, 'letter_unreadable')
export const indexFrom = readerOf<LetterIndex>(index, 'letter_unreadable')
