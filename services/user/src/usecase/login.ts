import type { Account } from '../model/account.ts'
import type { Device } from '../model/device.ts'
import type { Ports } from '../model/ports.ts'
import type { Tokens } from '../model/session.ts'
import { authenticate, type LoginAttempt } from './authenticate.ts'
import { startSession } from './start-session.ts'

type Deps = Parameters<typeof authenticate>[0] & Pick<Ports, 'sessions' | 'accessTokens' | 'ids'>

/**
 * Logs in with e-mail, password and, where the account wants one, a code.
 * @throws what `authenticate` throws
 */
export const login = (deps: Deps) => {
  const prove = authenticate(deps)
  const start = startSession(deps)
  return async ({
    device,
    ...credentials
  }: LoginAttempt & { readonly device: Device }): Promise<{ account: Account; tokens: Tokens }> => {
    const { account, passwordVersion } = await prove(credentials)
    const tokens = await start(account, passwordVersion, { device })
    deps.log.info({ event: 'auth.login', outcome: 'ok', userId: account.id }, 'logged in')
    return { account, tokens }
  }
}
