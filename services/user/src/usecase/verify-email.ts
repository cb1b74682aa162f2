import { LinkInvalid } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'accountTokens' | 'secrets' | 'clock' | 'log'>

/**
 * Verifies an account's e-mail address by the token of the mail that went there.
 * @throws LinkInvalid
 */
export const verifyEmail =
  ({ accountTokens, secrets, clock, log }: Deps) =>
  async (token: string): Promise<void> => {
    const userId = await accountTokens.verifyEmail(secrets.digest(token), clock.now())
    if (userId === undefined) throw new LinkInvalid()
    log.info({ event: 'auth.email_verified', userId }, 'e-mail address verified')
  }
