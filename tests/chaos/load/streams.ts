import { Redis } from 'ioredis'
import type { Random } from '../plan/random.ts'

/** A stream's last entries, oldest first: id and fields. */
type StreamEntry = [id: string, fields: string[]]

const streamsOf = async (redis: Redis): Promise<string[]> => {
  const keys = await redis.keys('*.v1')
  return keys.filter((key) => !key.includes('||') && !key.startsWith('dead.')).sort()
}

const withRedis = async <T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> => {
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 1 })
  redis.on('error', () => {})
  await redis.connect()
  try {
    return await work(redis)
  } finally {
    redis.disconnect()
  }
}

/**
 * Publishes the latest events a second time, out of order: what at-least-once delivery may do at any time.
 * @returns how many
 */
export const repeatEvents = (url: string, random: Random, most: number): Promise<number> =>
  withRedis(url, async (redis) => {
    let count = 0
    for (const stream of await streamsOf(redis)) {
      const last = (await redis.xrevrange(stream, '+', '-', 'COUNT', most)) as StreamEntry[]
      for (const [, fields] of random.shuffled(last)) await redis.xadd(stream, '*', ...fields)
      count += last.length
    }
    return count
  })

type Group = Readonly<Record<string, unknown>>

const groupsOf = async (redis: Redis, stream: string): Promise<Group[]> =>
  ((await redis.xinfo('GROUPS', stream)) as unknown[][]).map((flat) =>
    Object.fromEntries(
      Array.from({ length: flat.length / 2 }, (_, at) => [String(flat[2 * at]), flat[2 * at + 1]]),
    ),
  )

/** How many events some consumer has not finished yet. */
export const eventsWaiting = (url: string): Promise<number> =>
  withRedis(url, async (redis) => {
    let waiting = 0
    for (const stream of await streamsOf(redis)) {
      for (const group of await groupsOf(redis, stream)) {
        waiting += Number(group['pending'] ?? 0) + Number(group['lag'] ?? 0)
      }
    }
    return waiting
  })

/** Letters in the dead-letter topics, by topic. */
export const deadEvents = (url: string): Promise<Record<string, number>> =>
  withRedis(url, async (redis) => {
    const keys = (await redis.keys('dead.*.v1')).filter((key) => !key.includes('||'))
    const counts: Record<string, number> = {}
    for (const key of keys) counts[key] = await redis.xlen(key)
    return counts
  })
