import { DomainError } from '@micromart/kernel'
import type { Caller, TokenVerifier } from '@micromart/service'
import { decodeJwt, type JWTPayload } from 'jose'

/** A signed access token that is good at this moment: whose it is, and what it says. */
export type GoodToken = {
  readonly caller: Exclude<Caller, { readonly kind: 'anonymous' }>
  readonly claims: JWTPayload
}

/**
 * Verifies an access token by the rules of every service.
 * @returns undefined for one that is not good; keys that cannot be had are thrown
 */
export const goodToken = async (
  { verify }: TokenVerifier,
  token: string,
): Promise<GoodToken | undefined> => {
  try {
    const caller = await verify(token)
    return caller.kind === 'anonymous' ? undefined : { caller, claims: decodeJwt(token) }
  } catch (error) {
    if (error instanceof DomainError && error.kind === 'unauthenticated') return undefined
    throw error
  }
}
