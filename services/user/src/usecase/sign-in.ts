import { type Device, deviceOf } from '../model/device.ts'
import { CredentialsWrong } from '../model/errors.ts'
import { newSignIn } from '../model/oauth-grant.ts'
import type { Ports } from '../model/ports.ts'
import type { Proven } from '../model/session.ts'
import { proveCode, provePassword } from './authenticate.ts'

type Deps = Parameters<typeof proveCode>[0] & Pick<Ports, 'grants' | 'ids'>

/** Whose password was proven, and what else opens a session. */
export type ProvenAccount = Proven & { readonly accountId: string }

/** A login on the authorization server's pages, which is a session of a day, or what it lacks still. */
export type SignedIn =
  { readonly accountId: string; readonly signInId: string } | { readonly codeFor: ProvenAccount }

const opening =
  ({ grants, clock, ids, log }: Deps) =>
  async ({ accountId, ...proven }: ProvenAccount, device: Device) => {
    const of = { id: ids.next(), accountId, device: deviceOf(device) }
    const opened = await grants.signIn(newSignIn(of, clock.now()), proven)
    if (!opened) throw new CredentialsWrong()
    log.info({ event: 'auth.login', outcome: 'ok', userId: accountId, by: 'page' }, 'logged in')
    return { accountId, signInId: of.id }
  }

/**
 * The first step: e-mail and password. It is the last one, too, unless the account wants a code.
 * @throws CredentialsWrong, LoginThrottled, LoginBusy
 */
export const signIn = (deps: Deps) => {
  const prove = provePassword(deps)
  const open = opening(deps)
  return async (credentials: Parameters<typeof prove>[0], device: Device): Promise<SignedIn> => {
    const { account, passwordVersion } = await prove(credentials)
    const { id: accountId, secondFactor } = account
    const proven = { accountId, passwordVersion, secondFactor }
    return secondFactor ? { codeFor: proven } : open(proven, device)
  }
}

/**
 * The second step: the code.
 * @throws SecondFactorWrong, LoginThrottled; CredentialsWrong when the password, or whether a code is asked for, has changed since
 */
export const signInWithCode = (deps: Deps) => {
  const checkCode = proveCode(deps)
  const open = opening(deps)
  return async (proven: ProvenAccount, code: string, device: Device) => {
    await checkCode(proven.accountId, code)
    return open(proven, device)
  }
}
