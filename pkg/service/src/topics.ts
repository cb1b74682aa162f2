import type { handleUnaryCall } from '@grpc/grpc-js'
import { runInContext } from '@micromart/dapr'
import {
  TopicAnswer,
  type TopicEventRequest,
  type TopicEventResponse,
} from '@micromart/dapr/protocol'
import type { AttributeName, Counter, SpanAttributes } from '@micromart/contracts/telemetry'
import { DomainError, type Log } from '@micromart/kernel'
import {
  type Context,
  context,
  propagation,
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api'
import { isLetterTopic, letterId } from './dead-letters.ts'
import { type FailureNotes, reasonOf } from './event-failures.ts'
import { deadlineOf, requireAppToken, requireOwnSidecar, traceOf } from './incoming.ts'
import { refusal } from './refusal.ts'
import { attributesOf } from './rpc-telemetry.ts'

/** An event as a topic's handler gets it. Its payload is JSON of any shape: parse it. */
export type TopicEvent = {
  /** The same for every delivery of the event: consumers know a repeat by it. */
  readonly id: string
  readonly topic: string
  readonly payload: unknown
  readonly traceparent?: string
}

/**
 * Topic to use case. Returning acknowledges the event; DomainError invalid sends it to the dead letters, as it can never
 * succeed; anything else asks for it again.
 */
export type TopicHandlers = {
  readonly [topic: string]: (event: TopicEvent) => Promise<void>
}

/** Where an app's dead letters arrive, and what becomes of them and of failed deliveries. */
export type LetterTopic = {
  readonly name: string
  readonly keep: (request: TopicEventRequest) => Promise<void>
  readonly notes: FailureNotes
}

export type TopicSettings = {
  readonly topics: TopicHandlers
  /** The app's own dead letters, if it keeps them. */
  readonly letterTopic: LetterTopic | undefined
  readonly appToken: string | undefined
  readonly log: Log
  readonly consumed: Counter<'micromart_events_consumed_total'>
}

const poisoned = (code: string, cause?: unknown) => new DomainError('invalid', code, {}, { cause })

const traceparentOf = ({ extensions }: TopicEventRequest): string | undefined => {
  const given: unknown = extensions?.['traceparent']
  return typeof given === 'string' ? given : undefined
}

const eventOf = (request: TopicEventRequest): TopicEvent => {
  const { id, topic, data } = request
  const traceparent = traceparentOf(request)
  try {
    const payload: unknown = JSON.parse(data.toString())
    return { id, topic, payload, ...(traceparent === undefined ? {} : { traceparent }) }
  } catch (cause) {
    throw poisoned('payload_not_json', cause)
  }
}

/** The nearest parent: the sidecar's own span if it sent one, otherwise the context inside the event. */
const parentOf = (carried: Context, request: TopicEventRequest): Context =>
  trace.getSpanContext(carried)
    ? carried
    : propagation.extract(ROOT_CONTEXT, { traceparent: traceparentOf(request) })

const handle = async (
  request: TopicEventRequest,
  { topics, letterTopic }: TopicSettings,
): Promise<void> => {
  if (request.topic === letterTopic?.name) return letterTopic.keep(request)
  const handler = Object.hasOwn(topics, request.topic) ? topics[request.topic] : undefined
  if (!handler) throw poisoned('topic_not_handled')
  const event = eventOf(request)
  const span = trace.getActiveSpan()
  if (span?.isRecording()) span.setAttributes(attributesOf(event.payload))
  await handler(event)
}

/** A letter is never dropped: only a store that is away keeps it from being kept. */
const answerTo = (error: unknown, topic: string): TopicAnswer =>
  error instanceof DomainError && error.kind === 'invalid' && !isLetterTopic(topic)
    ? TopicAnswer.DROP
    : TopicAnswer.RETRY

const outcomes = { 0: 'success', 1: 'retry', 2: 'drop' } as const

const noteFailure = async (
  { id, topic }: TopicEventRequest,
  cause: unknown,
  letterTopic: LetterTopic | undefined,
): Promise<void> => {
  const failure = { eventId: letterId(id), topic, reason: reasonOf(cause), at: new Date() }
  await letterTopic?.notes.note(failure)
}

/** Gives an event to its handler inside a consumer span, and says what becomes of it. */
const consume = (request: TopicEventRequest, carried: Context, settings: TopicSettings) => {
  const { log, consumed, letterTopic } = settings
  const { id, topic } = request
  const attributes: SpanAttributes = {
    'messaging.system': 'dapr',
    'messaging.operation.type': 'process',
    'messaging.destination.name': topic,
    'messaging.message.id': id,
  }
  const options = { kind: SpanKind.CONSUMER, attributes }
  const parent = parentOf(carried, request)
  const span = trace.getTracer('@micromart/service').startSpan(`${topic} process`, options, parent)
  const begun = performance.now()
  const run = async (): Promise<TopicAnswer> => {
    let answer: TopicAnswer = TopicAnswer.SUCCESS
    try {
      await handle(request, settings)
    } catch (cause) {
      answer = answerTo(cause, topic)
      span.setStatus({ code: SpanStatusCode.ERROR })
      log.error({ topic, eventId: id, answer: outcomes[answer], cause }, 'an event was not handled')
      if (!isLetterTopic(topic)) await noteFailure(request, cause, letterTopic)
    }
    const outcome = outcomes[answer]
    const duration = Math.round((performance.now() - begun) * 1e6)
    if (answer === TopicAnswer.SUCCESS && span.isRecording()) {
      log.info({ event: 'event.handled', topic, eventId: id, outcome, duration }, 'event handled')
    }
    consumed.add(1, { topic, outcome })
    span.setAttribute('micromart.event.outcome' satisfies AttributeName, outcome)
    span.end()
    return answer
  }
  return context.with(trace.setSpan(parent, span), run)
}

/** AppCallback.OnTopicEvent: Dapr delivers here. */
export const onTopicEvent =
  (settings: TopicSettings): handleUnaryCall<TopicEventRequest, TopicEventResponse> =>
  (call, reply) => {
    const { metadata, request } = call
    try {
      requireAppToken(metadata, settings.appToken)
      requireOwnSidecar(metadata)
    } catch (error) {
      reply(refusal(error, settings.log))
      return
    }
    const scope = { requestId: request.id, deadline: deadlineOf(call.getDeadline()) }
    const answer = runInContext(scope, () => consume(request, traceOf(metadata), settings))
    answer.then(
      (given) => reply(null, { status: given }),
      (error: unknown) => reply(refusal(error, settings.log)),
    )
  }
