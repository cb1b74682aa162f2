import { tokenAudience } from '@micromart/contracts'
import type { Clock, Ids } from '@micromart/kernel'
import { type CryptoKey, SignJWT } from 'jose'
import { grantsOf, type StaffTotp } from '../model/grants.ts'
import type { AccessTokens, SigningKeys } from '../model/ports.ts'
import { accessTokenSeconds } from '../model/session.ts'
import { signerCacheMs } from '../model/signing-key.ts'
import type { KeyBox } from './key-box.ts'
import { openPrivateKey } from './keys-jose.ts'

type Deps = {
  readonly keys: Pick<SigningKeys, 'all'>
  readonly box: KeyBox
  readonly issuer: string
  readonly staffTotp: StaffTotp
  readonly clock: Clock
  readonly ids: Ids
}

/** The active key, read again once a minute: a replica that did not rotate itself follows in that time. */
const activeKey = ({ keys, box, clock }: Pick<Deps, 'keys' | 'box' | 'clock'>) => {
  let held: { kid: string; key: CryptoKey; readAt: number } | undefined
  return async () => {
    const now = clock.now().getTime()
    if (held && Math.abs(now - held.readAt) < signerCacheMs) return held
    const active = (await keys.all()).find(({ slot }) => slot === 'active')
    if (!active) throw new Error('No active signing key')
    held = { kid: active.kid, key: await openPrivateKey(box, active), readAt: now }
    return held
  }
}

/** Access tokens as RFC 9068 has them: ES256, `typ: at+jwt`, five minutes. */
export const accessTokensJose = ({
  issuer,
  staffTotp,
  clock,
  ids,
  ...rest
}: Deps): AccessTokens => {
  const signer = activeKey({ clock, ...rest })
  return {
    ready: async () => {
      await signer()
    },
    sign: async (account, sessionId) => {
      const { kid, key } = await signer()
      const now = Math.floor(clock.now().getTime() / 1000)
      const { roles, scopes } = grantsOf(account, staffTotp)
      return new SignJWT({ scope: scopes.join(' '), roles, sid: sessionId })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .setIssuer(issuer)
        .setAudience(tokenAudience)
        .setSubject(account.id)
        .setJti(ids.next())
        .setIssuedAt(now)
        .setExpirationTime(now + accessTokenSeconds)
        .sign(key)
    },
  }
}
