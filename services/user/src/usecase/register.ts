import { type Account, firstRoles, newAccount } from '../model/account.ts'
import type { Device } from '../model/device.ts'
import { emailKey, emailOf } from '../model/email.ts'
import { EmailTaken } from '../model/errors.ts'
import { nameOf } from '../model/name.ts'
import { checkNewPassword } from '../model/password.ts'
import type { Ports } from '../model/ports.ts'
import type { Tokens } from '../model/session.ts'
import { startSession } from './start-session.ts'

type Deps = Pick<
  Ports,
  | 'accounts'
  | 'sessions'
  | 'accessTokens'
  | 'passwords'
  | 'commonPasswords'
  | 'secrets'
  | 'clock'
  | 'ids'
  | 'log'
>

export type Registration = {
  readonly email: string
  readonly password: string
  readonly name: string
  readonly device: Device
}

/**
 * Opens an account and logs it in.
 * @throws EmailInvalid, NameInvalid, PasswordRefused, EmailTaken, LoginBusy
 */
export const register = (deps: Deps) => {
  const { accounts, passwords, commonPasswords, clock, ids, log } = deps
  const start = startSession(deps)
  return async (wish: Registration): Promise<{ account: Account; tokens: Tokens }> => {
    const email = emailOf(wish.email)
    const name = nameOf(wish.name)
    checkNewPassword(wish.password, commonPasswords, '/password')
    // Before the hash, which is dear; the unique key decides between two at once.
    if (await accounts.credentials({ emailKey: emailKey(email) })) throw new EmailTaken()
    const passwordHash = await passwords.inTurn((hasher) => hasher.hash(wish.password))
    const account = newAccount({ id: ids.next(), email, name, roles: firstRoles }, clock.now())
    const { id: accountId, createdAt: at } = account
    const mail = { id: ids.next(), accountId, kind: 'verify_email', at } as const
    await accounts.add(account, passwordHash, { mail })
    log.info({ event: 'auth.register', outcome: 'ok', userId: account.id }, 'account opened')
    return { account, tokens: await start(account, 0, wish) }
  }
}
