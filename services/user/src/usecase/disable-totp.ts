import { emailKey } from '../model/email.ts'
import { AccountGone, TotpNotFound } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { checkPassword } from './check-password.ts'
import { checkSecondFactor } from './check-second-factor.ts'

type Deps = Parameters<typeof checkPassword>[0] &
  Parameters<typeof checkSecondFactor>[0] &
  Pick<Ports, 'ids' | 'log'>

/**
 * Switches the second factor off, by the password and a code of it.
 * @throws TotpNotFound, CredentialsWrong, SecondFactorWrong, LoginThrottled, LoginBusy, AccountGone
 */
export const disableTotp = (deps: Deps) => {
  const { accounts, secondFactors, clock, ids, log } = deps
  const check = checkPassword(deps)
  const checkCode = checkSecondFactor(deps)
  return async (
    accountId: string,
    { password, code }: { readonly password: string; readonly code: string },
  ): Promise<void> => {
    const credentials = await accounts.credentials({ id: accountId })
    if (!credentials) throw new AccountGone()
    if (!credentials.account.secondFactor) throw new TotpNotFound()
    await check({ emailKey: emailKey(credentials.account.email), credentials, password })
    await checkCode(accountId, code)
    const mail = { id: ids.next(), accountId, kind: 'second_factor_off' } as const
    const removed = await secondFactors.remove(accountId, { ...mail, at: clock.now() })
    if (!removed) throw new TotpNotFound()
    log.info({ event: 'auth.second_factor_off', userId: accountId }, 'second factor off')
  }
}
