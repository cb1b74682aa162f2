import { counter } from '@micromart/contracts/telemetry'
import { type Clock, DomainError, type Log } from '@micromart/kernel'
import type { OutboxEvent } from './outbox.ts'
import { publishTraced } from './publish-span.ts'
import type { RelayConnection, StoredEvent } from './relay-connection.ts'
import { aggregateRests, type TopicRests, topicRests } from './relay-rests.ts'

type Deps = {
  readonly publish: (event: OutboxEvent) => Promise<void>
  readonly log: Log
  readonly clock: Clock
}

type Refusal = { readonly eventId: string; readonly topic: string; readonly cause: unknown }

type Lane = Pick<Deps, 'publish'> & {
  readonly topics: TopicRests
  readonly hasTime: () => boolean
  readonly count: (topic: string, outcome: 'sent' | 'failed') => void
}

/** What a round tells the loop: whether the broker seems to be away, and whether there may be more at once. */
export type RoundResult = { readonly isAway: boolean; readonly more: boolean }

const batch = 200
const lanes = 16
const publishTimeoutMs = 10_000
/** With the last publish's limit less than the connection may be silent: who lost the lock does not go on. */
const roundMs = 15_000

/** A publish that never ends must not end the relay; a late success is a repeat, which inboxes absorb. */
const inTime = async (work: Promise<void>): Promise<void> => {
  const { promise: late, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(() => reject(new Error('the broker did not answer')), publishTimeoutMs)
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** The sidecar will not take it, well as the broker may be: such as on a topic that this app may not tell. */
const isForGood = ({ cause }: Refusal): boolean =>
  cause instanceof DomainError && cause.kind === 'internal'

/** Publishes one aggregate's events in order; ends at the first refusal and answers it. */
const publishLane = async (
  { publish, count, hasTime, topics }: Lane,
  events: readonly StoredEvent[],
  sent: string[],
): Promise<Refusal | undefined> => {
  for (const event of events) {
    if (!hasTime() || topics.isResting(event.topic)) return undefined
    const { seq, ...outgoing } = event
    try {
      await inTime(publish(outgoing))
      sent.push(seq)
      topics.took(event.topic)
      count(event.topic, 'sent')
    } catch (cause) {
      count(event.topic, 'failed')
      return { eventId: event.id, topic: event.topic, cause }
    }
  }
  return undefined
}

/** A round is: read, publish, mark. Nothing is locked meanwhile; a crash before the mark repeats the events. */
export const relayRound = (deps: Deps) => {
  const rests = aggregateRests(deps.clock)
  const topics = topicRests(deps.clock)
  const publish = publishTraced(deps.publish)
  const published = counter('micromart_events_published_total')
  const count: Lane['count'] = (topic, outcome) => published.add(1, { topic, outcome })

  const publishAll = async (events: readonly StoredEvent[], sent: string[]) => {
    const end = performance.now() + roundMs
    const hasTime = () => performance.now() < end
    const lane: Lane = { publish, count, topics, hasTime }
    const queue = [...Map.groupBy(events, ({ aggregateId }) => aggregateId)]
    const refusals: Refusal[] = []
    const work = async () => {
      // With the broker away a few refusals are enough to know; the rest needn't be tried.
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [aggregateId, ofAggregate] = next
        const refusal = await publishLane(lane, ofAggregate, sent)
        if (refusal === undefined) rests.recovered(aggregateId)
        else {
          refusals.push(refusal)
          rests.rest(aggregateId)
          if (isForGood(refusal)) topics.refused(refusal.topic)
        }
        if (sent.length === 0 && refusals.some((one) => !isForGood(one))) return
      }
    }
    await Promise.all(Array.from({ length: lanes }, work))
    return refusals
  }

  return async (connection: RelayConnection): Promise<RoundResult> => {
    const waiting = { aggregates: rests.resting(), topics: topics.resting() }
    const events = await connection.unsent(batch, waiting)
    const sent: string[] = []
    const refusals = await publishAll(events, sent)
    if (sent.length > 0) await connection.markSent(sent, deps.clock.now())
    const failed = refusals.length
    if (failed > 0) deps.log.warn({ failed, ...refusals[0] }, 'events left for the next round')
    const isAway = sent.length === 0 && refusals.some((one) => !isForGood(one))
    return { isAway, more: events.length === batch && !isAway }
  }
}
