import { emailKey } from '../model/email.ts'
import { LinkInvalid } from '../model/errors.ts'
import { checkNewPassword } from '../model/password.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<
  Ports,
  | 'accounts'
  | 'accountTokens'
  | 'failures'
  | 'passwords'
  | 'commonPasswords'
  | 'secrets'
  | 'clock'
  | 'ids'
  | 'log'
>

export type PasswordReset = { readonly token: string; readonly password: string }

/**
 * Sets a new password by the token of a mail, which serves once, and ends all sessions. A second factor stays: the next login asks
 * for it. Nothing is hashed for a token that is not valid.
 * @throws PasswordRefused, LinkInvalid, LoginBusy
 */
export const resetPassword =
  ({
    accounts,
    accountTokens,
    failures,
    passwords,
    commonPasswords,
    secrets,
    clock,
    ids,
    log,
  }: Deps) =>
  async ({ token, password }: PasswordReset): Promise<void> => {
    checkNewPassword(password, commonPasswords, '/password')
    const tokenDigest = secrets.digest(token)
    if (!(await accountTokens.find('reset_password', tokenDigest, clock.now()))) {
      throw new LinkInvalid()
    }
    const passwordHash = await passwords.inTurn((hasher) => hasher.hash(password))
    const reset = { tokenDigest, passwordHash, at: clock.now(), mailId: ids.next() }
    const account = await accounts.resetPassword(reset)
    if (!account) throw new LinkInvalid()
    await failures.clear(secrets.digest(emailKey(account.email))) // guesses of others are over
    log.info({ event: 'auth.password_reset', userId: account.id }, 'password reset')
  }
