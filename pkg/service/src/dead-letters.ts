import { hash } from 'node:crypto'
import type { TopicEventRequest } from '@micromart/dapr/protocol'
import type { Clock, DeadLetters } from '@micromart/kernel'
import type { FailureNotes } from './event-failures.ts'

/** Ids come from the publisher; a letter must find its place whatever they are. */
export const letterId = (eventId: string): string =>
  /^[\x21-\x7e]{1,100}$/.test(eventId) ? eventId : hash('sha256', eventId, 'hex')

/** Whether letters arrive on a topic: nothing there is ever dropped, since a dropped letter would come back at once, for ever. */
export const isLetterTopic = (topic: string): boolean => topic.startsWith('dead.')

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

type Keeping = {
  readonly letters: DeadLetters
  readonly notes: FailureNotes
  readonly clock: Clock
  /** Told of each, with the topic that its event names. */
  readonly arrived: (topic: string | undefined) => void
}

/**
 * Keeps what arrives on an app's dead-letter topic. The CloudEvent there is the original: its `topic` says where it came
 * from. Whatever it holds, it is kept; only a store that is away makes it come again.
 */
export const keepLetter =
  ({ letters, notes, clock, arrived }: Keeping) =>
  async (request: TopicEventRequest): Promise<void> => {
    const id = letterId(request.id)
    const topic = fits(request.extensions?.['topic'], topicForm)
    await notes.settle(id)
    await letters.keep({
      id,
      topic: topic === request.topic ? undefined : topic,
      payload: payloadOf(request.data),
      traceparent: fits(request.extensions?.['traceparent'], traceparentForm),
      at: clock.now(),
    })
    arrived(topic)
  }
