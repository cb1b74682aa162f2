import { emailKey } from '../model/email.ts'
import { AccountGone, PasswordRequired, TotpEnabled } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { isFreshLogin } from '../model/second-factor.ts'
import type { SessionActor } from '../model/session.ts'
import { checkPassword } from './check-password.ts'

type Deps = Parameters<typeof checkPassword>[0] &
  Pick<Ports, 'sessions' | 'secondFactors' | 'oneTimeCodes'>

/** Said to its owner once. */
export type NewTotp = { readonly secret: string; readonly uri: string }

/**
 * Begins the enrolment of a second factor, in place of one that was not confirmed. Wants the password, unless the caller has logged
 * in within ten minutes: a stolen access token must not lock its owner out.
 * @throws PasswordRequired, CredentialsWrong, LoginThrottled, LoginBusy, TotpEnabled, AccountGone
 */
export const startTotp = (deps: Deps) => {
  const { accounts, sessions, secondFactors, oneTimeCodes, clock } = deps
  const check = checkPassword(deps)
  const hasFreshLogin = async ({ id, sessionId }: SessionActor): Promise<boolean> => {
    const now = clock.now()
    const session = sessionId && (await sessions.one(id, sessionId, now))
    return Boolean(session && isFreshLogin(session, now))
  }
  return async (caller: SessionActor, password: string | undefined): Promise<NewTotp> => {
    const credentials = await accounts.credentials({ id: caller.id })
    if (!credentials) throw new AccountGone()
    const { id: accountId, email, secondFactor } = credentials.account
    if (password !== undefined) await check({ emailKey: emailKey(email), credentials, password })
    else if (!(await hasFreshLogin(caller))) throw new PasswordRequired()
    if (secondFactor) throw new TotpEnabled()
    const { sealedSecret, ...made } = oneTimeCodes.newSecret({ accountId, email })
    if (!(await secondFactors.begin(accountId, sealedSecret, clock.now()))) throw new TotpEnabled()
    return made
  }
}
