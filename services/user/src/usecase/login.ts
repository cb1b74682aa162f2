import type { Account } from '../model/account.ts'
import { emailKey } from '../model/email.ts'
import { refusedAs } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import type { Tokens } from '../model/session.ts'
import { checkPassword } from './check-password.ts'
import { startSession } from './start-session.ts'

type Deps = Pick<
  Ports,
  | 'accounts'
  | 'sessions'
  | 'failures'
  | 'accessTokens'
  | 'passwords'
  | 'secrets'
  | 'clock'
  | 'ids'
  | 'log'
>

export type LoginAttempt = { readonly email: string; readonly password: string }

/**
 * Logs in with e-mail and password.
 * @throws CredentialsWrong for an unknown account too, LoginThrottled, LoginBusy
 */
export const login = (deps: Deps) => {
  const { accounts, log } = deps
  const check = checkPassword(deps)
  const start = startSession(deps)
  return async ({
    email,
    password,
  }: LoginAttempt): Promise<{ account: Account; tokens: Tokens }> => {
    const key = emailKey(email)
    const credentials = await accounts.credentials({ emailKey: key })
    const userId = credentials?.account.id
    try {
      const { account, passwordVersion } = await check({ emailKey: key, credentials, password })
      const tokens = await start(account, passwordVersion)
      log.info({ event: 'auth.login', outcome: 'ok', userId }, 'logged in')
      return { account, tokens }
    } catch (error) {
      const outcome = refusedAs(error)
      if (outcome) log.warn({ event: 'auth.login', outcome, userId }, 'login refused')
      throw error
    }
  }
}
