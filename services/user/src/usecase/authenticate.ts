import type { Account } from '../model/account.ts'
import { emailKey } from '../model/email.ts'
import { refusedAs } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { checkPassword } from './check-password.ts'
import { checkSecondFactor } from './check-second-factor.ts'

type Deps = Parameters<typeof checkPassword>[0] &
  Parameters<typeof checkSecondFactor>[0] &
  Pick<Ports, 'log'>

type Credentials = { readonly email: string; readonly password: string }

/** What somebody says to be let in. */
export type LoginAttempt = Credentials & {
  /** Of the second factor, where the account has one: six digits, or a recovery code. */
  readonly code?: string | undefined
}

/** Whom it let in; `passwordVersion` goes to `startSession`, so that a change of password meanwhile counts. */
export type Authenticated = { readonly account: Account; readonly passwordVersion: number }

/** Writes down who was not let in, and why. */
const noting = async <T>(
  { log }: Pick<Deps, 'log'>,
  userId: string | undefined,
  work: () => Promise<T>,
): Promise<T> => {
  try {
    return await work()
  } catch (error) {
    const outcome = refusedAs(error)
    if (outcome) log.warn({ event: 'auth.login', outcome, userId }, 'login refused')
    throw error
  }
}

/**
 * Finds out whose e-mail and password these are; of a second factor it asks nothing.
 * @throws CredentialsWrong for an unknown account too, LoginThrottled, LoginBusy
 */
export const provePassword = (deps: Omit<Deps, 'secondFactors' | 'oneTimeCodes'>) => {
  const check = checkPassword(deps)
  return async ({ email, password }: Credentials): Promise<Authenticated> => {
    const key = emailKey(email)
    const credentials = await deps.accounts.credentials({ emailKey: key })
    return noting(deps, credentials?.account.id, () =>
      check({ emailKey: key, credentials, password }),
    )
  }
}

/**
 * Proves the code of an account whose password was proven before.
 * @throws SecondFactorRequired, SecondFactorWrong, LoginThrottled
 */
export const proveCode = (deps: Deps) => {
  const check = checkSecondFactor(deps)
  return (accountId: string, code: string | undefined): Promise<void> =>
    noting(deps, accountId, () => check(accountId, code))
}

/**
 * Finds out whose e-mail, password and, where the account wants one, code these are. Opens no session.
 * @throws CredentialsWrong for an unknown account too, LoginThrottled, LoginBusy, SecondFactorRequired, SecondFactorWrong
 */
export const authenticate = (deps: Deps) => {
  const prove = provePassword(deps)
  const checkCode = proveCode(deps)
  return async ({ code, ...credentials }: LoginAttempt): Promise<Authenticated> => {
    const { account, passwordVersion } = await prove(credentials)
    if (account.secondFactor) await checkCode(account.id, code)
    return { account, passwordVersion }
  }
}
