import { hash } from 'node:crypto'
import type { Clock } from '@micromart/kernel'
import type { JWTVerifyGetKey } from 'jose'
import type { Caller } from './caller.ts'

type Verified = {
  readonly caller: Caller
  /** When the token ends, in ms since 1970. */
  readonly until: number
  /** The keys under which it was verified. */
  readonly keys: JWTVerifyGetKey
}

const mostTokens = 2_000

/**
 * What tokens said whose signature was found good: a shopper sends the same one again and again, and checking it costs
 * more than the rest of a small request. Each counts as long as jose would take it: until it ends, and while its keys
 * are the current ones. Kept by SHA-256, the oldest forgotten first.
 */
export const verifiedTokens = (clock: Clock) => {
  const known = new Map<string, Verified>()
  const nameOf = (token: string) => hash('sha256', token, 'base64')
  return {
    callerOf: (token: string, current: JWTVerifyGetKey | undefined): Caller | undefined => {
      const found = known.get(nameOf(token))
      if (!found || found.keys !== current) return undefined
      return clock.now().getTime() < found.until ? found.caller : undefined
    },
    remember: (token: string, verified: Verified): void => {
      const [oldest] = known.keys()
      if (known.size >= mostTokens && oldest !== undefined) known.delete(oldest)
      known.set(nameOf(token), verified)
    },
  }
}
