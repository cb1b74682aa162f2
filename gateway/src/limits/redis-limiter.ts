import type { Redis } from 'ioredis'
import { RateLimiterRedis, RateLimiterRes } from 'rate-limiter-flexible'
import type { Limiter, Rate, Verdict } from './bucket.ts'
import { redisCalls } from './redis-telemetry.ts'

/**
 * A leaky bucket in place of the library's fixed window: a full window would make a client wait up to its end.
 * ARGV: cost (-1 gives back), seconds, points, seconds (the library's). Answers the level, and the wait in ms when it is over.
 */
const leakyBucket = `
local t = redis.call('TIME')
local now = t[1] * 1000 + math.floor(t[2] / 1000)
local points = tonumber(ARGV[3])
local per_ms = points / (tonumber(ARGV[4]) * 1000)
local bucket = redis.call('HMGET', KEYS[1], 'level', 'at')
local level = tonumber(bucket[1]) or 0
local at = tonumber(bucket[2]) or now
level = math.max(0, level - (now - at) * per_ms)
local over = level + tonumber(ARGV[1]) - points
if over > 0 then return {points + 1, math.ceil(over / per_ms)} end
level = math.max(0, level + tonumber(ARGV[1]))
redis.call('HSET', KEYS[1], 'level', tostring(level), 'at', now)
redis.call('PEXPIRE', KEYS[1], math.ceil(level / per_ms) + 1000)
return {math.ceil(level), 0}
`

const verdictOf = (allowed: boolean, result: RateLimiterRes): Verdict => ({
  allowed,
  remaining: result.remainingPoints,
  waitMs: allowed ? 0 : result.msBeforeNext,
})

/** A bucket that is empty is rejected with what is in it. */
const isFailure = (reason: unknown): boolean => !(reason instanceof RateLimiterRes)

/**
 * Buckets shared by all replicas.
 * @param prefix of the keys, such as `gw:auth`
 * @returns a limiter whose `take` rejects when Redis is away
 */
export const redisLimiter = (redis: Redis, prefix: string, { perMinute }: Rate): Limiter => {
  const limiter = new RateLimiterRedis({
    storeClient: redis,
    keyPrefix: prefix,
    points: perMinute,
    duration: 60,
    rejectIfRedisNotReady: true,
    customIncrTtlLuaScript: leakyBucket,
  })
  const call = redisCalls()
  return {
    take: async (key) => {
      try {
        return verdictOf(true, await call('EVALSHA', () => limiter.consume(key), isFailure))
      } catch (result) {
        if (result instanceof RateLimiterRes) return verdictOf(false, result)
        throw result
      }
    },
    giveBack: async (key) => {
      await limiter.reward(key)
    },
  }
}
