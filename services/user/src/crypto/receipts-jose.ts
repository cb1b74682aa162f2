import { createHmac, hash, hkdfSync, timingSafeEqual } from 'node:crypto'
import { SignJWT } from 'jose'
import type { Receipts } from '../model/erasure-ports.ts'
import type { Erasure } from '../model/erasure.ts'
import type { SigningKeys } from '../model/ports.ts'
import type { KeyBox } from './key-box.ts'
import { openPrivateKey } from './keys-jose.ts'

type Deps = {
  readonly keys: Pick<SigningKeys, 'all'>
  readonly box: KeyBox
  /** Base64, the key-encryption key of the secret store. */
  readonly kek: string
  readonly issuer: string
}

/** Whom it was about, for who knows the account's id: SHA-256, hex. */
const subjectOf = ({ accountId }: Erasure): string => hash('sha256', accountId, 'hex')

const partsOf = ({ parts }: Erasure) =>
  parts.map(({ app, at, erased, kept, digest }) => ({
    app,
    at: at.toISOString(),
    erased: Object.fromEntries(erased.map(({ kind, count }) => [kind, count])),
    kept,
    digest,
  }))

const tokensUnder = (kek: string) => {
  const derived = hkdfSync('sha256', Buffer.from(kek, 'base64'), '', 'micromart receipts', 32)
  const secret = Buffer.from(derived)
  return (id: string) => createHmac('sha256', secret).update(id).digest('base64url')
}

const isSame = (one: string, other: string): boolean => {
  const [left, right] = [Buffer.from(one), Buffer.from(other)]
  return left.length === right.length && timingSafeEqual(left, right)
}

/**
 * Receipts of erasures: a JWS by the shop's active signing key, of a type that no verifier of access tokens takes (RFC 8725,
 * 3.11). The key's public half goes with it, since signing keys are forgotten long before a receipt is.
 */
export const receiptsJose = ({ keys, box, kek, issuer }: Deps): Receipts => {
  const tokenOf = tokensUnder(kek)
  return {
    tokenOf,
    opens: (id, token) => isSame(tokenOf(id), token),
    sign: async (erasure, completedAt) => {
      const active = (await keys.all()).find(({ slot }) => slot === 'active')
      if (!active) throw new Error('No active signing key')
      const { kid, publicJwk } = active
      const requestedAt = erasure.requestedAt.toISOString()
      const claims = { requestedAt, completedAt: completedAt.toISOString() }
      const jws = await new SignJWT({ ...claims, parts: partsOf(erasure) })
        .setProtectedHeader({ alg: 'ES256', typ: 'erasure-receipt+jwt', kid })
        .setIssuer(issuer)
        .setSubject(subjectOf(erasure))
        .setJti(erasure.id)
        .setIssuedAt(completedAt)
        .sign(await openPrivateKey(box, active))
      const key = JSON.stringify({ ...publicJwk, kid, alg: 'ES256', use: 'sig' })
      return { jws, key }
    },
  }
}
