import { emailKey } from '../model/email.ts'
import { admitAttempt, passwordRule } from '../model/login-throttle.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'accounts' | 'failures' | 'mails' | 'secrets' | 'clock' | 'ids' | 'log'>

/**
 * Sends the owner of an address a link to a new password. For an address without an account the same happens, and the mail is
 * dropped when its turn comes: neither the answer nor its cost tells which it was (S6, S10).
 * @throws LoginThrottled when one address is asked for again and again
 */
export const requestPasswordReset =
  ({ accounts, failures, mails, secrets, clock, ids, log }: Deps) =>
  async (email: string): Promise<void> => {
    const key = emailKey(email)
    const asked = secrets.digest(`reset ${key}`) // counted apart from logins: those go on
    const at = clock.now()
    admitAttempt(passwordRule, await failures.of(asked), at)
    await failures.add(asked, at)
    const accountId = await accounts.idOf(key)
    await mails.queue({ id: ids.next(), accountId, kind: 'reset_password', at })
    log.info({ event: 'auth.reset_requested', userId: accountId }, 'password reset asked for')
  }
