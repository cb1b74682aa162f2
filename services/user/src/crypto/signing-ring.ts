import type { Clock } from '@micromart/kernel'
import type { CryptoKey } from 'jose'
import type { SigningKeys } from '../model/ports.ts'
import { type PublicJwk, signerCacheMs } from '../model/signing-key.ts'
import type { KeyBox } from './key-box.ts'
import { openPrivateKey } from './keys-jose.ts'

/** The keys of a moment: one signs, all verify. */
export type SigningRing = {
  readonly kid: string
  readonly privateKey: CryptoKey
  readonly published: readonly { readonly kid: string; readonly publicJwk: PublicJwk }[]
}

type Deps = {
  readonly keys: Pick<SigningKeys, 'all'>
  readonly box: KeyBox
  readonly clock: Clock
}

/**
 * The signing keys, read again after five seconds: a replica that did not rotate itself follows in that time.
 * @throws Error when the active key was sealed with another key-encryption key
 */
export const signingRing = ({ keys, box, clock }: Deps): (() => Promise<SigningRing>) => {
  let held: { readonly ring: SigningRing; readonly readAt: number } | undefined
  return async () => {
    const now = clock.now().getTime()
    if (held && Math.abs(now - held.readAt) < signerCacheMs) return held.ring
    const published = await keys.all()
    const active = published.find(({ slot }) => slot === 'active')
    if (!active) throw new Error('No active signing key')
    const ring = { kid: active.kid, privateKey: await openPrivateKey(box, active), published }
    held = { ring, readAt: now }
    return ring
  }
}
