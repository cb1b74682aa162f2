import { ownClientId, tokenAudience } from '@micromart/contracts'
import type { Clock, Ids } from '@micromart/kernel'
import { SignJWT } from 'jose'
import { grantsOf, type StaffTotp } from '../model/grants.ts'
import type { AccessTokens } from '../model/ports.ts'
import { accessTokenSeconds } from '../model/session.ts'
import type { SigningRing } from './signing-ring.ts'

type Deps = {
  readonly ring: () => Promise<SigningRing>
  readonly issuer: string
  readonly staffTotp: StaffTotp
  readonly clock: Clock
  readonly ids: Ids
}

/** Access tokens of the shop's own login, as RFC 9068 has them: ES256, `typ: at+jwt`, five minutes. */
export const accessTokensJose = ({ ring, issuer, staffTotp, clock, ids }: Deps): AccessTokens => ({
  ready: async () => {
    await ring()
  },
  sign: async (account, sessionId) => {
    const { kid, privateKey } = await ring()
    const now = Math.floor(clock.now().getTime() / 1000)
    const { roles, scopes } = grantsOf(account, staffTotp)
    const scope = scopes.join(' ')
    return new SignJWT({ scope, roles, sid: sessionId, client_id: ownClientId })
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
      .setIssuer(issuer)
      .setAudience(tokenAudience)
      .setSubject(account.id)
      .setJti(ids.next())
      .setIssuedAt(now)
      .setExpirationTime(now + accessTokenSeconds)
      .sign(privateKey)
  },
})
