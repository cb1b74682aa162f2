import { emailKey } from '../model/email.ts'
import { AccountGone, CredentialsWrong } from '../model/errors.ts'
import { checkNewPassword } from '../model/password.ts'
import type { Ports } from '../model/ports.ts'
import { checkPassword } from './check-password.ts'

type Deps = Pick<
  Ports,
  'accounts' | 'failures' | 'passwords' | 'commonPasswords' | 'secrets' | 'clock' | 'ids' | 'log'
>

export type NewPassword = {
  readonly currentPassword: string
  readonly newPassword: string
  /** The caller's own session, which goes on; all others end. */
  readonly refreshToken: string | undefined
}

/**
 * Guesses count as failed logins do.
 * @throws PasswordRefused, CredentialsWrong, LoginThrottled, LoginBusy, AccountGone
 */
export const changePassword = (deps: Deps) => {
  const { accounts, passwords, commonPasswords, secrets, clock, ids, log } = deps
  const check = checkPassword(deps)
  return async (callerId: string, wish: NewPassword): Promise<void> => {
    checkNewPassword(wish.newPassword, commonPasswords, '/newPassword')
    const credentials = await accounts.credentials({ id: callerId })
    if (!credentials) throw new AccountGone()
    const key = emailKey(credentials.account.email)
    await check({ emailKey: key, credentials, password: wish.currentPassword })
    const at = clock.now()
    const changed = await accounts.changePassword({
      id: callerId,
      version: credentials.passwordVersion,
      passwordHash: await passwords.inTurn((hasher) => hasher.hash(wish.newPassword)),
      keep: wish.refreshToken && secrets.digest(wish.refreshToken),
      at,
      mail: { id: ids.next(), accountId: callerId, kind: 'password_changed', at },
    })
    if (!changed) throw new CredentialsWrong()
    log.info({ event: 'auth.password_changed', userId: callerId }, 'password changed')
  }
}
