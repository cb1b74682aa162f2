import {
  type DeadLetter as DeadLetterMessage,
  type DeadLetterServiceServer,
  DiscardDeadLetterResponse,
  ReplayDeadLetterResponse,
} from '@micromart/contracts/ops'
import { runInContext } from '@micromart/dapr'
import {
  type Clock,
  type DeadLetter,
  type DeadLetterDecision,
  type DeadLetters,
  type DeadLetterState,
  deadLetterStates,
  DomainError,
  type Log,
} from '@micromart/kernel'
import type { KeyedAnswers } from '@micromart/store/idempotency'
import type { CallContext } from './caller.ts'
import { reasonOf } from './event-failures.ts'
import { keyed } from './keyed.ts'
import type { TopicHandlers } from './topics.ts'
import { unary } from './unary.ts'

export type DeskSettings = {
  /** App id of the consumer. */
  readonly consumer: string
  readonly letters: DeadLetters
  readonly topics: TopicHandlers
  /** Keeps the answers to keyed requests, if the service does so. */
  readonly answers?: KeyedAnswers | undefined
  readonly clock: Clock
  readonly log: Log
}

const invalid = (path: string, code: string, message: string) =>
  new DomainError('invalid', code, {}, { fields: [{ path, code, message }] })

const closed = () => new DomainError('precondition', 'dead_letter_closed')

const isState = (text: string): text is DeadLetterState =>
  (deadLetterStates as readonly string[]).includes(text)

const stateOf = (text: string): DeadLetterState | undefined => {
  if (text === '') return undefined
  if (isState(text)) return text
  throw invalid('/state', 'state_invalid', `is none of ${deadLetterStates.join(', ')}`)
}

const limitOf = (limit: number): number => {
  if (limit >= 1 && limit <= 100) return limit
  throw invalid('/limit', 'limit_invalid', 'is 1 to 100')
}

const actorOf = ({ caller }: CallContext): string => (caller.kind === 'anonymous' ? '' : caller.id)

/** What a desk does with one letter. */
const desk = ({ consumer, letters, topics, clock, log }: DeskSettings) => {
  const find = async (id: string): Promise<DeadLetter> => {
    const letter = await letters.get(id)
    if (!letter) throw new DomainError('not_found', 'dead_letter_not_found')
    return letter
  }
  const findOpen = async (id: string): Promise<DeadLetter> => {
    const letter = await find(id)
    if (letter.state !== 'open') throw closed()
    return letter
  }
  const decide = async (
    { id, topic }: DeadLetter,
    decided: Omit<DeadLetterDecision, 'at'>,
  ): Promise<void> => {
    const isFirst = await letters.decide(id, { ...decided, at: clock.now() })
    const audit = { event: 'audit.dead_letter', consumer, letterId: id, topic, ...decided, isFirst }
    log.info(audit, 'somebody decided about a dead letter')
    if (!isFirst) throw closed()
  }
  const handOver = async ({ id, topic, payload, traceparent }: DeadLetter): Promise<void> => {
    const handler = Object.hasOwn(topics, topic) ? topics[topic] : undefined
    if (!handler) throw new DomainError('invalid', 'topic_not_handled')
    const event = { id, topic, payload: JSON.parse(payload) as unknown }
    await handler(traceparent === undefined ? event : { ...event, traceparent })
  }
  return {
    find,
    replay: async (id: string, { deadline, requestId }: CallContext, actor: string) => {
      const letter = await findOpen(id)
      try {
        // As when the sidecar delivers it: what the handler calls must not speak for the operator.
        await runInContext({ deadline, requestId }, () => handOver(letter))
      } catch (cause) {
        const reason = reasonOf(cause)
        log.warn({ letterId: id, topic: letter.topic, cause }, 'a replayed letter failed again')
        await decide(letter, { actor, action: 'replay_failed', note: reason })
        throw new DomainError('precondition', 'dead_letter_refused', { reason }, { cause })
      }
      await decide(letter, { actor, action: 'replayed', note: '' })
      return find(id)
    },
    discard: async (id: string, actor: string, note: string): Promise<DeadLetter> => {
      if (note.length > 500) throw invalid('/note', 'note_invalid', 'has at most 500 characters')
      const letter = await findOpen(id)
      await decide(letter, { actor, action: 'discarded', note })
      return find(id)
    },
  }
}

/**
 * A consumer's dead-letter desk. A replay goes through the topic's own handler and so through its inbox; each decision is
 * written down with who took it, and said in the log (`audit.dead_letter`).
 */
export const deadLetterRpc = (settings: DeskSettings): DeadLetterServiceServer => {
  const { consumer, letters, answers } = settings
  const { find, replay, discard } = desk(settings)
  const message = (letter: DeadLetter): DeadLetterMessage => ({
    ...letter,
    consumer,
    traceparent: letter.traceparent ?? '',
  })
  const plain: KeyedAnswers = async (_call, work) => ({ replayed: false, answer: await work() })
  const keptAnswers = answers ?? plain
  return {
    listDeadLetters: unary(async ({ limit, cursor, state }) => {
      const wanted = { state: stateOf(state), limit: limitOf(limit), cursor }
      const { items, nextCursor } = await letters.list(wanted)
      return { items: items.map(message), nextCursor }
    }),
    getDeadLetter: unary(async ({ id }) => ({ letter: message(await find(id)) })),
    replayDeadLetter: unary(
      keyed(keptAnswers, 'ReplayDeadLetter', ReplayDeadLetterResponse, async ({ id }, call) => ({
        letter: message(await replay(id, call, actorOf(call))),
      })),
    ),
    discardDeadLetter: unary(
      keyed(
        keptAnswers,
        'DiscardDeadLetter',
        DiscardDeadLetterResponse,
        async ({ id, note }, call) => ({
          letter: message(await discard(id, actorOf(call), note)),
        }),
      ),
    ),
  }
}
