import { SecondFactorWrong, TotpNotStarted } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { newRecoveryCodes, typedCode } from '../model/second-factor.ts'
import type { SessionActor } from '../model/session.ts'
import { secondFactorProof } from './check-second-factor.ts'

type Deps = Pick<Ports, 'secondFactors' | 'oneTimeCodes' | 'secrets' | 'clock' | 'ids' | 'log'>

/**
 * Switches the second factor on by a first code. All other sessions end.
 * @returns recovery codes, told once
 * @throws TotpNotStarted, SecondFactorWrong, LoginThrottled, AccountGone
 */
export const confirmTotp = (deps: Deps) => {
  const { secondFactors, oneTimeCodes, secrets, clock, ids, log } = deps
  const proofOf = secondFactorProof(deps)
  return async (
    { id: accountId, sessionId }: SessionActor,
    code: string,
  ): Promise<readonly string[]> => {
    const at = clock.now()
    const recoveryCodes = newRecoveryCodes(oneTimeCodes.recoveryText)
    const confirmation = {
      accountId,
      at,
      recoveryDigests: recoveryCodes.map((text) => secrets.digest(typedCode(text).code)),
      keepSession: sessionId,
      mail: { id: ids.next(), accountId, kind: 'second_factor_on', at } as const,
    }
    const outcome = await secondFactors.confirm(confirmation, proofOf(accountId, code, at))
    if (outcome === 'absent') throw new TotpNotStarted()
    if (outcome === 'wrong') throw new SecondFactorWrong()
    log.info({ event: 'auth.second_factor_on', userId: accountId }, 'second factor on')
    return recoveryCodes
  }
}
