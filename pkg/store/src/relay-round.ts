import { counter } from '@micromart/contracts/telemetry'
import type { Clock, Log } from '@micromart/kernel'
import type { OutboxEvent } from './outbox.ts'
import { publishTraced } from './publish-span.ts'
import type { RelayConnection, StoredEvent } from './relay-connection.ts'

type Deps = {
  readonly publish: (event: OutboxEvent) => Promise<void>
  readonly log: Log
  readonly clock: Clock
}

type Refusal = { readonly eventId: string; readonly topic: string; readonly cause: unknown }

type Lane = Pick<Deps, 'publish'> & {
  readonly hasTime: () => boolean
  readonly count: (topic: string, outcome: 'sent' | 'failed') => void
}

/** What a round tells the loop: how much went out, and whether there may be more at once. */
export type RoundResult = { readonly sent: number; readonly failed: number; readonly more: boolean }

const batch = 200
const lanes = 16
const publishTimeoutMs = 10_000
const longestRestMs = 5000
/** With the last publish's limit less than the connection may be silent: who lost the lock does not go on. */
const roundMs = 15_000

/** Aggregates whose event was refused rest a little longer each time, so that one poisoned event holds up only its own. */
const createRests = (clock: Clock) => {
  const rests = new Map<string, { readonly failures: number; readonly until: number }>()
  return {
    resting: (): readonly string[] => {
      const now = clock.now().getTime()
      return [...rests].filter(([, { until }]) => until > now).map(([aggregateId]) => aggregateId)
    },
    rest: (aggregateId: string) => {
      const failures = (rests.get(aggregateId)?.failures ?? 0) + 1
      const ms = Math.min(longestRestMs, 100 * 2 ** failures)
      rests.set(aggregateId, { failures, until: clock.now().getTime() + ms })
    },
    recovered: (aggregateId: string) => rests.delete(aggregateId),
  }
}

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

/** Publishes one aggregate's events in order; ends at the first refusal and answers it. */
const publishLane = async (
  { publish, count, hasTime }: Lane,
  events: readonly StoredEvent[],
  sent: string[],
): Promise<Refusal | undefined> => {
  for (const event of events) {
    if (!hasTime()) return undefined
    const { seq, ...outgoing } = event
    try {
      await inTime(publish(outgoing))
      sent.push(seq)
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
  const rests = createRests(deps.clock)
  const publish = publishTraced(deps.publish)
  const published = counter('micromart_events_published_total')
  const count: Lane['count'] = (topic, outcome) => published.add(1, { topic, outcome })

  const publishAll = async (events: readonly StoredEvent[], sent: string[]) => {
    const end = performance.now() + roundMs
    const lane: Lane = { publish, count, hasTime: () => performance.now() < end }
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
        }
        if (refusals.length > 0 && sent.length === 0) return
      }
    }
    await Promise.all(Array.from({ length: lanes }, work))
    return refusals
  }

  return async (connection: RelayConnection): Promise<RoundResult> => {
    const events = await connection.unsent(batch, rests.resting())
    const sent: string[] = []
    const refusals = await publishAll(events, sent)
    if (sent.length > 0) await connection.markSent(sent, deps.clock.now())
    const failed = refusals.length
    if (failed > 0) deps.log.warn({ failed, ...refusals[0] }, 'events left for the next round')
    return { sent: sent.length, failed, more: events.length === batch && sent.length > 0 }
  }
}
