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
  type NewAuditEntry,
} from '@micromart/kernel'
import type { KeyedAnswers } from '@micromart/store/idempotency'
import { actingOf } from './acting.ts'
import type { CallContext } from './caller.ts'
import { reasonOf } from './event-failures.ts'
import { handsOver } from './keep-letter.ts'
import { keyed } from './keyed.ts'
import { requireLimit } from './page-limit.ts'
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

const auditActions = {
  replayed: 'dead_letter.replay',
  replay_failed: 'dead_letter.replay',
  discarded: 'dead_letter.discard',
} as const

/** A decision, and the call that takes it. */
type Taken = Pick<DeadLetterDecision, 'action' | 'note'> & { readonly call: CallContext }

const auditOf = (objectId: string, at: Date, { action, note, call }: Taken): NewAuditEntry => {
  const written = { by: actingOf(call), at, action: auditActions[action], objectId }
  if (action === 'replay_failed') return { ...written, outcome: note }
  return { ...written, before: { state: 'open' }, after: { state: action } }
}

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
  const decide = async ({ id, topic }: DeadLetter, taken: Taken): Promise<void> => {
    const { call, ...what } = taken
    const at = clock.now()
    const { actor } = actingOf(call)
    const entry = auditOf(`${consumer}:${id}`, at, taken)
    const isFirst = await letters.decide(id, { ...what, actor: actor.id, at }, entry)
    const audit = { event: 'audit.dead_letter', consumer, letterId: id, topic, actor: actor.id }
    log.info({ ...audit, ...what, isFirst }, 'somebody decided about a dead letter')
    if (!isFirst) throw closed()
  }
  const handOver = handsOver(topics)
  return {
    find,
    replay: async (id: string, call: CallContext) => {
      const { deadline, requestId } = call
      const letter = await findOpen(id)
      try {
        // As when the sidecar delivers it: what the handler calls must not speak for the operator.
        await runInContext({ deadline, requestId }, () => handOver(letter))
      } catch (cause) {
        const reason = reasonOf(cause)
        log.warn({ letterId: id, topic: letter.topic, cause }, 'a replayed letter failed again')
        await decide(letter, { action: 'replay_failed', note: reason, call })
        throw new DomainError('precondition', 'dead_letter_refused', { reason }, { cause })
      }
      await decide(letter, { action: 'replayed', note: '', call })
      return find(id)
    },
    discard: async (id: string, note: string, call: CallContext): Promise<DeadLetter> => {
      if (note.length > 500) throw invalid('/note', 'note_invalid', 'has at most 500 characters')
      const letter = await findOpen(id)
      await decide(letter, { action: 'discarded', note, call })
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
      const wanted = { state: stateOf(state), limit: requireLimit(limit), cursor }
      const { items, nextCursor } = await letters.list(wanted)
      return { items: items.map(message), nextCursor }
    }),
    getDeadLetter: unary(async ({ id }) => ({ letter: message(await find(id)) })),
    replayDeadLetter: unary(
      keyed(keptAnswers, 'ReplayDeadLetter', ReplayDeadLetterResponse, async ({ id }, call) => ({
        letter: message(await replay(id, call)),
      })),
    ),
    discardDeadLetter: unary(
      keyed(
        keptAnswers,
        'DiscardDeadLetter',
        DiscardDeadLetterResponse,
        async ({ id, note }, call) => ({
          letter: message(await discard(id, note, call)),
        }),
      ),
    ),
  }
}
