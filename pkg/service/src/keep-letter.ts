import type { TopicEventRequest } from '@micromart/dapr/protocol'
import {
  type Clock,
  type DeadLetter,
  type DeadLetters,
  DomainError,
  type Log,
  type NewDeadLetter,
} from '@micromart/kernel'
import { letterId } from './dead-letters.ts'
import { type FailureNotes, reasonOf } from './event-failures.ts'
import type { TopicHandlers } from './topics.ts'

const topicForm = /^[\w.-]{1,100}$/
const traceparentForm = /^[\da-f-]{55}$/

const fits = (value: unknown, form: RegExp): string | undefined =>
  typeof value === 'string' && form.test(value) ? value : undefined

/** JSON as it is; other bytes as `{"base64": "..."}`. */
const payloadOf = (data: Buffer): string => {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(data)
    JSON.parse(text)
    return text
  } catch {
    return JSON.stringify({ base64: data.toString('base64') })
  }
}

type Event = Pick<DeadLetter, 'id' | 'topic' | 'payload' | 'traceparent'>

/** Gives a letter's event to its topic's own handler, and so through its inbox. @throws what the handler throws */
export const handsOver =
  (topics: TopicHandlers) =>
  async ({ id, topic, payload, traceparent }: Event): Promise<void> => {
    const handler = Object.hasOwn(topics, topic) ? topics[topic] : undefined
    if (!handler) throw new DomainError('invalid', 'topic_not_handled')
    const event = { id, topic, payload: JSON.parse(payload) as unknown }
    await handler(traceparent === undefined ? event : { ...event, traceparent })
  }

/** Reasons that pass by themselves. */
const outages: ReadonlySet<string> = new Set([
  'database_unavailable',
  'database_busy',
  'dependency_unavailable',
  'deadline_exceeded',
])

type Keeping = {
  readonly letters: DeadLetters
  readonly notes: FailureNotes
  readonly topics: TopicHandlers
  readonly clock: Clock
  readonly log: Log
  /** Told of each that is kept, with the topic that its event names. */
  readonly arrived: (topic: string | undefined) => void
}

/**
 * Whether an event that only an outage has made a letter comes through by now: where a letter can be kept, the store is back. Where
 * no failure could be noted at all, it was the store that was away.
 */
const comesThrough =
  ({ letters, notes, topics, clock, log }: Keeping) =>
  async ({ id, topic, payload, traceparent }: NewDeadLetter): Promise<boolean> => {
    if (topic === undefined || (await letters.get(id))) return false
    const reason = await letters.lastReason(id)
    if (reason !== undefined && !outages.has(reason)) return false
    try {
      await handsOver(topics)({ id, topic, payload, traceparent })
      log.info({ topic, eventId: id }, 'an event came through after an outage')
      return true
    } catch (cause) {
      log.warn({ topic, eventId: id, cause }, 'an event was not handled after an outage either')
      await notes.note({ eventId: id, topic, reason: reasonOf(cause), at: clock.now() })
      return false
    }
  }

/**
 * Keeps what arrives on an app's dead-letter topic, unless it can be handled by now. The CloudEvent there is the original: its
 * `topic` says where it came from. Whatever it holds, it is kept; only a store that is away makes it come again.
 */
export const keepLetter = (keeping: Keeping) => {
  const { letters, notes, clock, arrived } = keeping
  const isHandled = comesThrough(keeping)
  return async (request: TopicEventRequest): Promise<void> => {
    const id = letterId(request.id)
    const topic = fits(request.extensions?.['topic'], topicForm)
    await notes.settle(id)
    const letter = {
      id,
      topic: topic === request.topic ? undefined : topic,
      payload: payloadOf(request.data),
      traceparent: fits(request.extensions?.['traceparent'], traceparentForm),
      at: clock.now(),
    }
    if (await isHandled(letter)) return
    await letters.keep(letter)
    arrived(topic)
  }
}
