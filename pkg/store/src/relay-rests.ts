import type { Clock } from '@micromart/kernel'

const longestRestMs = 5_000
const topicRestMs = 5_000
/** So many refusals on end, of different aggregates, and it is not the events. */
const refusalsOfTopic = 20

/** Aggregates whose event was refused rest a little longer each time, so that one poisoned event holds up only its own. */
export const aggregateRests = (clock: Clock) => {
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

/**
 * Topics on which nothing is taken while the broker is well, such as one that this app may not tell: they rest as a whole and are
 * tried now and then, so that what gathers on them, however much, holds up no other topic.
 */
export const topicRests = (clock: Clock) => {
  const rests = new Map<string, { readonly refusals: number; readonly until: number }>()
  const isResting = (topic: string): boolean =>
    (rests.get(topic)?.until ?? 0) > clock.now().getTime()
  return {
    isResting,
    resting: (): readonly string[] => [...rests.keys()].filter(isResting),
    refused: (topic: string) => {
      const refusals = (rests.get(topic)?.refusals ?? 0) + 1
      const until = refusals < refusalsOfTopic ? 0 : clock.now().getTime() + topicRestMs
      rests.set(topic, { refusals, until })
    },
    took: (topic: string) => rests.delete(topic),
  }
}

export type TopicRests = ReturnType<typeof topicRests>
