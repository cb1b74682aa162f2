import type { DeadLetter, DeadLetterDecision } from '@micromart/contracts/ops'
import { jsonOrText } from '../json/json-or-text.ts'
import { present, timeAnswer } from './money.ts'

const traceIdIn = (traceparent: string): string | null =>
  /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(traceparent)?.[1] ?? null

const decisionAnswer = ({ at, actor, action, note }: DeadLetterDecision) => ({
  at: timeAnswer(at),
  actor,
  action,
  note,
})

/** A letter as operators read it; its name says whose it is. */
export const deadLetterAnswer = (message: DeadLetter | undefined) => {
  const letter = present(message)
  return {
    id: `${letter.consumer}:${letter.id}`,
    consumer: letter.consumer,
    topic: letter.topic,
    payload: jsonOrText(letter.payload),
    reason: letter.reason,
    attempts: letter.attempts,
    state: letter.state,
    firstFailedAt: timeAnswer(letter.firstFailedAt),
    lastFailedAt: timeAnswer(letter.lastFailedAt),
    traceId: traceIdIn(letter.traceparent),
    decisions: letter.decisions.map(decisionAnswer),
  }
}
