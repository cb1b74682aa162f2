import { SecondFactorRequired, SecondFactorWrong } from '../model/errors.ts'
import { admitAttempt, codeRule } from '../model/login-throttle.ts'
import type { Ports } from '../model/ports.ts'
import { isFresh, type Prove, typedCode } from '../model/second-factor.ts'

type Deps = Pick<Ports, 'oneTimeCodes' | 'secrets'>

/** Judges a code of the moment or a recovery code by what is stored, once the delay of earlier failures is over. */
export const secondFactorProof =
  ({ oneTimeCodes, secrets }: Deps) =>
  (accountId: string, text: string, at: Date): Prove =>
  (factor) => {
    admitAttempt(codeRule, factor.failures, at)
    const { kind, code } = typedCode(text)
    if (kind === 'recovery') return { recoveryDigest: secrets.digest(code) }
    const { sealedSecret } = factor
    const step = oneTimeCodes.stepOf({ accountId, sealedSecret, code, at })
    return step !== undefined && isFresh(factor, step) ? { step } : undefined
  }

/**
 * Proves the second factor of an account. Each code serves once. Throttled apart from passwords, as only who knows the password
 * gets here.
 * @throws SecondFactorRequired, SecondFactorWrong, LoginThrottled
 */
export const checkSecondFactor = (deps: Deps & Pick<Ports, 'secondFactors' | 'clock'>) => {
  const { secondFactors, clock } = deps
  const proofOf = secondFactorProof(deps)
  return async (accountId: string, code: string | undefined): Promise<void> => {
    if (code === undefined) throw new SecondFactorRequired()
    const at = clock.now()
    const isProven = await secondFactors.attempt(accountId, at, proofOf(accountId, code, at))
    if (!isProven) throw new SecondFactorWrong()
  }
}
