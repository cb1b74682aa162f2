import { counter } from '@micromart/contracts/telemetry'
import { type Clock, DomainError, type Log } from '@micromart/kernel'
import type { Redis } from 'ioredis'
import type { Budget } from '../http/route.ts'
import type { Rate, Verdict } from './bucket.ts'
import { localLimiter } from './local-limiter.ts'
import { redisLimiter } from './redis-limiter.ts'

export type Rates = { readonly [B in Exclude<Budget, 'none'>]: Rate }

/** The budgets that are counted in Redis. */
type Counted = Exclude<Budget, 'none' | 'reads'>

/** The budgets of requests, per address and per account. */
export type Limits = {
  readonly rates: Rates
  /** Reads, in this process and at once. */
  readonly takeRead: (key: string) => Verdict
  /** The other budgets, counted in Redis. */
  readonly take: (budget: Counted, key: string) => Promise<Verdict>
  readonly giveBack: (budget: Counted, key: string) => Promise<void>
}

type Deps = { readonly redis: Redis; readonly clock: Clock; readonly log: Log }

/**
 * While Redis is away logging in is closed, since guessing passwords must not get cheaper; everything else goes on
 * under the same limits, counted in this process alone.
 */
export const makeLimits = (rates: Rates, { redis, clock, log }: Deps): Limits => {
  const shared = {
    auth: redisLimiter(redis, 'gw:auth', rates.auth),
    tokens: redisLimiter(redis, 'gw:tokens', rates.tokens),
    checkout: redisLimiter(redis, 'gw:checkout', rates.checkout),
    writes: redisLimiter(redis, 'gw:writes', rates.writes),
    webhooks: redisLimiter(redis, 'gw:webhooks', rates.webhooks),
  }
  const instead = {
    tokens: localLimiter(rates.tokens, clock),
    checkout: localLimiter(rates.checkout, clock),
    writes: localLimiter(rates.writes, clock),
    webhooks: localLimiter(rates.webhooks, clock),
  }
  const fallbacks = counter('micromart_limiter_fallbacks_total')
  return {
    rates,
    takeRead: localLimiter(rates.reads, clock).take,
    take: async (budget, key) => {
      try {
        return await shared[budget].take(key)
      } catch (cause) {
        fallbacks.add(1, { budget })
        log.warn({ budget, cause }, 'rate limits are counted without Redis')
        if (budget === 'auth') {
          throw new DomainError('unavailable', 'limiter_unavailable', {}, { cause })
        }
        return instead[budget].take(key)
      }
    },
    giveBack: async (budget, key) => {
      if (budget !== 'auth') instead[budget].giveBack(key)
      await shared[budget].giveBack(key).catch(() => undefined) // nothing was taken there while it is away
    },
  }
}
