import { SecondFactorRequired, SecondFactorWrong } from '../model/errors.ts'
import { admitAttempt, codeRule } from '../model/login-throttle.ts'
import type { Ports } from '../model/ports.ts'
import { isFresh, type Proof, type SecondFactor, typedCode } from '../model/second-factor.ts'

type Deps = Pick<Ports, 'secondFactors' | 'oneTimeCodes' | 'secrets' | 'clock'>

/**
 * Proves the second factor of an account by a code of the moment or a recovery code, each of which serves once.
 * Throttled on its own, as only who knows the password gets here.
 * @throws SecondFactorRequired, SecondFactorWrong, LoginThrottled
 */
export const checkSecondFactor = ({ secondFactors, oneTimeCodes, secrets, clock }: Deps) => {
  const proofOf = (
    accountId: string,
    factor: SecondFactor,
    text: string,
    at: Date,
  ): Proof | undefined => {
    const { kind, code } = typedCode(text)
    if (kind === 'recovery') return { recoveryDigest: secrets.digest(code) }
    const { sealedSecret } = factor
    const step = oneTimeCodes.stepOf({ accountId, sealedSecret, code, at })
    return step !== undefined && isFresh(factor, step) ? { step } : undefined
  }

  return async (accountId: string, code: string | undefined): Promise<void> => {
    if (code === undefined) throw new SecondFactorRequired()
    const at = clock.now()
    const isProven = await secondFactors.attempt(accountId, at, (factor) => {
      admitAttempt(codeRule, factor.failures, at)
      return proofOf(accountId, factor, code, at)
    })
    if (!isProven) throw new SecondFactorWrong()
  }
}
