import type { Account } from '../model/account.ts'
import { emailKey } from '../model/email.ts'
import { refusedAs } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { checkPassword } from './check-password.ts'
import { checkSecondFactor } from './check-second-factor.ts'

type Deps = Parameters<typeof checkPassword>[0] &
  Parameters<typeof checkSecondFactor>[0] &
  Pick<Ports, 'log'>

/** What somebody says to be let in. */
export type LoginAttempt = {
  readonly email: string
  readonly password: string
  /** Of the second factor, where the account has one: six digits, or a recovery code. */
  readonly code?: string | undefined
}

/** Whom it let in; `passwordVersion` goes to `startSession`, so that a change of password meanwhile counts. */
export type Authenticated = { readonly account: Account; readonly passwordVersion: number }

/**
 * Finds out whose e-mail, password and, where the account wants one, code these are. Opens no session.
 * @throws CredentialsWrong for an unknown account too, LoginThrottled, LoginBusy, SecondFactorRequired, SecondFactorWrong
 */
export const authenticate = (deps: Deps) => {
  const { accounts, log } = deps
  const check = checkPassword(deps)
  const checkCode = checkSecondFactor(deps)
  return async ({ email, password, code }: LoginAttempt): Promise<Authenticated> => {
    const key = emailKey(email)
    const credentials = await accounts.credentials({ emailKey: key })
    try {
      const { account, passwordVersion } = await check({ emailKey: key, credentials, password })
      if (account.secondFactor) await checkCode(account.id, code)
      return { account, passwordVersion }
    } catch (error) {
      const outcome = refusedAs(error)
      const userId = credentials?.account.id
      if (outcome) log.warn({ event: 'auth.login', outcome, userId }, 'login refused')
      throw error
    }
  }
}
