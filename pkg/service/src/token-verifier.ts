import { runInContext } from '@micromart/dapr'
import { type Clock, DomainError, systemClock } from '@micromart/kernel'
import {
  createLocalJWKSet,
  errors,
  type JSONWebKeySet,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyGetKey,
} from 'jose'
import type { Caller } from './caller.ts'
import { verifiedTokens } from './verified-tokens.ts'

/** Who a token speaks for. */
export type TokenVerifier = {
  /** @throws DomainError unauthenticated `token_invalid`, `token_expired`; unavailable when the keys cannot be had */
  readonly verify: (token: string) => Promise<Caller>
}

export type VerifierSettings = {
  /** The issuer's public keys: the JSON text of a JWK Set. */
  readonly fetchJwks: () => Promise<string>
  readonly issuer: string
  readonly audience: string
  readonly clock?: Clock
}

type KeySet = JWTVerifyGetKey

const maxAgeMs = 10 * 60_000
const cooldownMs = 30_000
const longestToken = 4_096
const skewSeconds = 60
const longestLifeSeconds = 5 * 60

/**
 * The issuer's keys with the manners of jose's createRemoteJWKSet: kept for 10 minutes, and fetched for an unknown `kid`
 * at most every 30 s, however many tokens carry one.
 */
const cachedKeys = (fetchJwks: () => Promise<string>, clock: Clock) => {
  let cached: { readonly keys: KeySet; readonly at: number } | undefined
  let fetching: Promise<KeySet> | undefined
  const ageMs = () => (cached ? clock.now().getTime() - cached.at : Infinity)
  const fetched = async (): Promise<KeySet> => {
    // Many requests may wait for it: the one that happened to be first must not cancel it for all.
    const text = await runInContext({}, fetchJwks)
    const keys = createLocalJWKSet(JSON.parse(text) as JSONWebKeySet)
    cached = { keys, at: clock.now().getTime() }
    return keys
  }
  const fetchOnce = (): Promise<KeySet> => {
    fetching ??= fetched().finally(() => {
      fetching = undefined
    })
    return fetching
  }
  const current = () => (ageMs() < maxAgeMs ? cached?.keys : undefined)
  const find: KeySet = async (...wanted) => {
    const keys = current() ?? (await fetchOnce())
    try {
      return await keys(...wanted)
    } catch (error) {
      const isUnknown = error instanceof errors.JWKSNoMatchingKey
      if (!isUnknown || ageMs() < cooldownMs) throw error
      return (await fetchOnce())(...wanted)
    }
  }
  return { find, current }
}

const texts = (claim: unknown): readonly string[] =>
  Array.isArray(claim) ? claim.filter((role) => typeof role === 'string') : []

/** RFC 9068 section 2.2: where no resource owner took part, `sub` is the client itself, which `client_id` names. */
const callerOf = (claims: JWTPayload): Caller => {
  const { sub = '', client_id: clientId, scope, roles, sid, exp = 0 } = claims
  const expiresAt = new Date(exp * 1_000)
  const scopes = typeof scope === 'string' ? scope.split(' ').filter(Boolean) : []
  if (clientId === sub) return { kind: 'machine', id: sub, scopes, expiresAt }
  const sessionId = typeof sid === 'string' ? sid : undefined
  return { kind: 'user', id: sub, roles: texts(roles), scopes, sessionId, expiresAt }
}

/** The moment from which the token is refused, in ms since 1970. */
const endOf = ({ exp = 0, iat = 0 }: JWTPayload): number =>
  Math.min(exp, iat + longestLifeSeconds) * 1_000

const asRefusal = (error: unknown): unknown => {
  if (error instanceof errors.JWTExpired) return unauthenticated('token_expired', error)
  return error instanceof errors.JOSEError ? unauthenticated('token_invalid', error) : error
}

const unauthenticated = (code: string, cause?: unknown) =>
  new DomainError('unauthenticated', code, {}, { cause })

/**
 * Verifies access tokens (RFC 9068): ES256 alone, `typ` at+jwt, our issuer and audience, every claim there. The issuer's
 * clock may be 60 s ahead; nothing is added at the end, so what was taken away is gone within five minutes (S22). `kid` chooses among the issuer's keys; key material inside a token is never looked at.
 */
export const tokenVerifier = ({
  fetchJwks,
  issuer,
  audience,
  clock = systemClock,
}: VerifierSettings): TokenVerifier => {
  const keys = cachedKeys(fetchJwks, clock)
  const expected = {
    algorithms: ['ES256'],
    issuer,
    audience,
    typ: 'at+jwt',
    clockTolerance: skewSeconds,
    maxTokenAge: longestLifeSeconds,
    requiredClaims: ['sub', 'scope', 'roles', 'jti', 'iat', 'exp'],
  }
  const verified = verifiedTokens(clock)
  const verifyAnew = async (token: string): Promise<Caller> => {
    const before = keys.current()
    const currentDate = clock.now()
    const { payload } = await jwtVerify(token, keys.find, { ...expected, currentDate })
    if (currentDate.getTime() >= endOf(payload)) throw unauthenticated('token_expired')
    const caller = callerOf(payload)
    if (before && before === keys.current()) {
      verified.remember(token, { caller, until: endOf(payload), keys: before })
    }
    return caller
  }
  return {
    verify: async (token) => {
      if (token.length > longestToken) throw unauthenticated('token_invalid')
      const known = verified.callerOf(token, keys.current())
      if (known) return known
      try {
        return await verifyAnew(token)
      } catch (error) {
        throw asRefusal(error)
      }
    },
  }
}
