import type { Clock } from '@micromart/kernel'
import type { Rate, Verdict } from './bucket.ts'

type Bucket = { level: number; at: number }

const maxKeys = 20_000

/**
 * Leaky buckets in this process: for reads, which are too many to ask Redis about, and while Redis is away.
 * The least recently used key is forgotten first, so memory is bounded.
 */
export const localLimiter = ({ perMinute }: Rate, clock: Clock) => {
  const buckets = new Map<string, Bucket>()
  const perMs = perMinute / 60_000

  const levelOf = (bucket: Bucket | undefined, now: number): number =>
    bucket ? Math.max(0, bucket.level - (now - bucket.at) * perMs) : 0

  /** Synchronous: it stands on the hottest path. */
  const take = (key: string): Verdict => {
    const now = clock.now().getTime()
    const bucket = buckets.get(key)
    const level = levelOf(bucket, now)
    buckets.delete(key)
    const allowed = level + 1 <= perMinute
    buckets.set(key, { level: allowed ? level + 1 : level, at: now })
    if (buckets.size > maxKeys) buckets.delete(buckets.keys().next().value ?? key)
    const remaining = Math.floor(perMinute - level - (allowed ? 1 : 0))
    const waitMs = allowed ? 0 : Math.ceil((level + 1 - perMinute) / perMs)
    return { allowed, remaining: Math.max(0, remaining), waitMs }
  }
  const giveBack = (key: string): void => {
    const bucket = buckets.get(key)
    if (bucket) bucket.level = Math.max(0, bucket.level - 1)
  }
  return { take, giveBack }
}
