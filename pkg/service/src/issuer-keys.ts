import { runInContext } from '@micromart/dapr'
import type { Clock } from '@micromart/kernel'
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose'

type KeySet = JWTVerifyGetKey

/** How soon a key that was revoked verifies nothing any more, and how seldom keys are asked for. */
const recheckMs = 5_000
/** How long keys serve while their issuer cannot be asked. */
const maxAgeMs = 10 * 60_000
/** How long a request waits for the question whether they are still the same. */
const patienceMs = 250

type Cached = {
  readonly keys: KeySet
  readonly text: string
  /** When the issuer last said that these are its keys. */
  readonly at: number
}

const within = async (asked: Promise<unknown>, ms: number): Promise<void> => {
  const timeout = Promise.withResolvers<void>()
  const timer = setTimeout(timeout.resolve, ms)
  await Promise.race([asked.catch(() => undefined), timeout.promise])
  clearTimeout(timer)
}

/**
 * The issuer's public keys, asked for again when they were asked for five seconds ago and a token comes: once for all who wait,
 * however many tokens carry an unknown `kid`. An issuer that does not answer holds nobody up, and its keys serve for ten minutes.
 */
export const issuerKeys = (fetchJwks: () => Promise<string>, clock: Clock): KeySet => {
  let cached: Cached | undefined
  let askedAt = -Infinity
  let fault: unknown
  let asking: Promise<KeySet> | undefined

  const ask = async (): Promise<KeySet> => {
    const at = clock.now().getTime()
    askedAt = at
    // Many requests may wait for it: the one that happened to be first must not cancel it for all.
    const text = await runInContext({}, fetchJwks)
    const keys =
      cached?.text === text ? cached.keys : createLocalJWKSet(JSON.parse(text) as JSONWebKeySet)
    cached = { keys, text, at }
    return keys
  }
  const askOnce = (): Promise<KeySet> => {
    asking ??= ask()
      .catch((cause: unknown) => {
        fault = cause
        throw cause
      })
      .finally(() => {
        asking = undefined
      })
    return asking
  }

  /** @throws what fetchJwks throws, when there are none to go on with */
  const current = async (): Promise<KeySet> => {
    const now = clock.now().getTime()
    if (!cached || now - cached.at >= maxAgeMs) return askOnce()
    if (now - askedAt >= recheckMs) await within(askOnce(), patienceMs)
    return cached.keys
  }

  /** The key of a token; a `kid` is unknown only if the issuer has said so just now. */
  const find: KeySet = async (...wanted) => {
    const keys = await current()
    try {
      return await keys(...wanted)
    } catch (error) {
      const isStale = cached !== undefined && cached.at < askedAt
      if (!(error instanceof errors.JWKSNoMatchingKey) || !isStale) throw error
      if (!asking) throw fault
      return (await asking)(...wanted)
    }
  }
  return find
}
