import { generateKeyPairSync, sign } from 'node:crypto'
import { tokenAudience } from '@micromart/contracts'
import { scopesOf, systemIds } from '@micromart/kernel'

type Claims = { readonly [name: string]: unknown }

export type TokenFor = {
  readonly id: string
  readonly roles?: readonly string[]
  /** Replaces or removes (undefined) claims. */
  readonly claims?: Claims
  /** Replaces header fields. */
  readonly header?: Claims
}

type MachineTokenFor = {
  readonly clientId: string
  readonly scopes: readonly string[]
}

/** Keys of an issuer made for one test, and tokens signed with them. */
export type TestTokens = {
  readonly issuer: string
  /** JSON text of the JWK Set with the public key. */
  readonly jwks: string
  /** An access token with the scopes of the roles (customer if not said). */
  readonly userToken: (user: TokenFor) => string
  /** Of a client that speaks for itself: `sub` is the client's id, as `client_id` says. */
  readonly machineToken: (client: MachineTokenFor) => string
}

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const claimsOf = ({ id, roles = ['customer'], claims }: TokenFor, issuer: string): Claims => {
  const now = Math.floor(Date.now() / 1_000)
  const own = { iss: issuer, aud: tokenAudience, sub: id, roles, scope: scopesOf(roles).join(' ') }
  return { ...own, jti: systemIds.next(), iat: now, exp: now + 300, ...claims }
}

/** An issuer of access tokens: ES256, `typ` at+jwt, five minutes. */
export const testTokens = (issuer = 'http://127.0.0.1:8080'): TestTokens => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const kid = systemIds.next()
  const key = { ...publicKey.export({ format: 'jwk' }), kid, alg: 'ES256', use: 'sig' }
  const userToken: TestTokens['userToken'] = (user) => {
    const header = { alg: 'ES256', typ: 'at+jwt', kid, ...user.header }
    const signed = `${encoded(header)}.${encoded(claimsOf(user, issuer))}`
    const how = { key: privateKey, dsaEncoding: 'ieee-p1363' } as const
    return `${signed}.${sign('sha256', Buffer.from(signed), how).toString('base64url')}`
  }
  return {
    issuer,
    jwks: JSON.stringify({ keys: [key] }),
    userToken,
    machineToken: ({ clientId, scopes }) => {
      const claims = { client_id: clientId, scope: scopes.join(' ') }
      return userToken({ id: clientId, roles: [], claims })
    },
  }
}
