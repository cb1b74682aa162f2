import type { Account } from '../model/account.ts'
import { emailKey } from '../model/email.ts'
import { CredentialsWrong, LoginBusy, LoginThrottled } from '../model/errors.ts'
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
  | 'watch'
  | 'clock'
  | 'ids'
  | 'log'
>

export type LoginAttempt = { readonly email: string; readonly password: string }

const outcomeOf = (error: unknown) => {
  if (error instanceof CredentialsWrong) return 'wrong'
  if (error instanceof LoginThrottled) return 'throttled'
  return error instanceof LoginBusy ? 'busy' : undefined
}

/**
 * Logs in with e-mail and password.
 * @throws CredentialsWrong for an unknown account too, LoginThrottled, LoginBusy
 */
export const login = (deps: Deps) => {
  const { accounts, watch, log } = deps
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
      watch('login', 'ok')
      log.info({ event: 'auth.login', outcome: 'ok', userId }, 'logged in')
      return { account, tokens }
    } catch (error) {
      const outcome = outcomeOf(error)
      if (outcome) {
        watch('login', outcome)
        log.warn({ event: 'auth.login', outcome, userId }, 'login refused')
      }
      throw error
    }
  }
}
