import { deadLetterTopic } from '@micromart/contracts'
import {
  AuditServiceService,
  BacklogServiceService,
  DeadLetterServiceService,
} from '@micromart/contracts/ops'
import { PrivacyServiceService } from '@micromart/contracts/privacy'
import { counter, observe } from '@micromart/contracts/telemetry'
import {
  type AuditList,
  type Backlog,
  type Clock,
  type DeadLetters,
  type Erased,
  type Log,
  systemClock,
} from '@micromart/kernel'
import type { KeyedAnswers } from '@micromart/store/idempotency'
import { auditRpc } from './audit-rpc.ts'
import { backlogRpc } from './backlog-rpc.ts'
import { deadLetterRpc } from './dead-letter-rpc.ts'
import { keepLetter } from './keep-letter.ts'
import { failureNotes } from './event-failures.ts'
import type { ServedService } from './grpc-server.ts'
import { privacyRpc } from './privacy-rpc.ts'
import type { LetterTopic, TopicHandlers } from './topics.ts'

/** What a service offers to its operators, and keeps for them. */
export type Operations = {
  /** The app's id. */
  readonly app: Parameters<typeof deadLetterTopic>[0]
  /**
   * Of a service that consumes events: failed deliveries are counted, what comes on `dead.<app>.v1` is kept, and
   * DeadLetterService is served.
   */
  readonly letters?: DeadLetters
  /** `resumable(db)`: answers of keyed replays and discards are kept. */
  readonly answers?: KeyedAnswers
  /** AuditService: `auditMysql(db)`. */
  readonly audit?: AuditList
  /** PrivacyService, of a service that holds personal data. */
  readonly erase?: (userId: string) => Promise<Erased>
  /** BacklogService: `() => readBacklog(db, clock)`. */
  readonly backlog?: () => Promise<Backlog>
  readonly clock?: Clock
}

export type StartedOperations = Disposable & {
  readonly services: readonly ServedService[]
  readonly letterTopic: LetterTopic | undefined
}

const watchLetters = (letters: DeadLetters): Disposable =>
  observe('micromart_dead_letters_open', async (tell) => tell(await letters.countOpen()))

/** Counts letters by the topics that the app hears; what claims another came past them. */
const arrivals = (topics: TopicHandlers, otherwise: string) => {
  const arrived = counter('micromart_dlq_messages_total')
  for (const topic of Object.keys(topics)) arrived.add(0, { topic })
  return (topic: string | undefined): void => {
    const isHeard = topic !== undefined && Object.hasOwn(topics, topic)
    arrived.add(1, { topic: isHeard ? topic : otherwise })
  }
}

const consuming = (
  letters: DeadLetters,
  { app, answers, clock = systemClock }: Operations,
  topics: TopicHandlers,
  log: Log,
) => {
  const notes = failureNotes(letters, log)
  const name = deadLetterTopic(app)
  const arrived = arrivals(topics, name)
  const keep = keepLetter({ letters, notes, topics, clock, log, arrived })
  const letterTopic = { name, keep, notes }
  const desk = { consumer: app, letters, topics, answers, clock, log }
  const service: ServedService = [DeadLetterServiceService, deadLetterRpc(desk)]
  return { letterTopic, service }
}

/** The RPCs and the topic of a service's operations. */
export const startOperations = (
  operations: Operations | undefined,
  topics: TopicHandlers,
  log: Log,
): StartedOperations => {
  const stack = new DisposableStack()
  const services: ServedService[] = []
  const { letters, backlog, audit, erase } = operations ?? {}
  const consumed = operations && letters && consuming(letters, operations, topics, log)
  if (consumed) services.push(consumed.service)
  if (letters) stack.use(watchLetters(letters))
  if (operations && audit) services.push([AuditServiceService, auditRpc(operations.app, audit)])
  if (erase) services.push([PrivacyServiceService, privacyRpc(erase)])
  if (backlog) services.push([BacklogServiceService, backlogRpc(backlog)])
  return {
    services,
    letterTopic: consumed?.letterTopic,
    [Symbol.dispose]: () => stack.dispose(),
  }
}
