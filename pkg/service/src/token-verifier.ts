import { type Clock, DomainError, systemClock } from '@micromart/kernel'
import { errors, type JWTPayload, jwtVerify } from 'jose'
import type { Caller } from './caller.ts'
import { issuerKeys } from './issuer-keys.ts'

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

const longestToken = 4_096
const skewSeconds = 60
const longestLifeSeconds = 5 * 60

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
 * clock may be 60 s ahead; nothing is added at the end, so what was taken away is gone within five minutes (S22). `kid` chooses
 * among the issuer's keys; key material inside a token is never looked at. Each use of a token is verified anew: what is
 * remembered is the imported keys (docs/adr/0030).
 */
export const tokenVerifier = ({
  fetchJwks,
  issuer,
  audience,
  clock = systemClock,
}: VerifierSettings): TokenVerifier => {
  const keys = issuerKeys(fetchJwks, clock)
  const expected = {
    algorithms: ['ES256'],
    issuer,
    audience,
    typ: 'at+jwt',
    clockTolerance: skewSeconds,
    maxTokenAge: longestLifeSeconds,
    requiredClaims: ['sub', 'scope', 'roles', 'jti', 'iat', 'exp'],
  }
  return {
    verify: async (token) => {
      if (token.length > longestToken) throw unauthenticated('token_invalid')
      try {
        const currentDate = clock.now()
        const { payload } = await jwtVerify(token, keys, { ...expected, currentDate })
        if (currentDate.getTime() >= endOf(payload)) throw unauthenticated('token_expired')
        return callerOf(payload)
      } catch (error) {
        throw asRefusal(error)
      }
    },
  }
}
