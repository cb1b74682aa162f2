import type { Account } from '../model/account.ts'
import { CredentialsWrong } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { accessTokenSeconds, newSession, refreshExpiry, type Tokens } from '../model/session.ts'

type Deps = Pick<Ports, 'sessions' | 'accessTokens' | 'secrets' | 'clock' | 'ids'>

/**
 * Opens a session and gives out its first tokens.
 * @param passwordVersion what the password was proven against
 * @throws CredentialsWrong when it has changed since
 */
export const startSession =
  ({ sessions, accessTokens, secrets, clock, ids }: Deps) =>
  async (account: Account, passwordVersion: number): Promise<Tokens> => {
    const now = clock.now()
    const session = newSession(ids.next(), account.id, now)
    const refreshToken = secrets.token()
    const first = {
      digest: secrets.digest(refreshToken),
      expiresAt: refreshExpiry(session, now),
    }
    const opened = await sessions.open(session, first, passwordVersion)
    if (!opened) throw new CredentialsWrong()
    const accessToken = await accessTokens.sign(account)
    return { accessToken, refreshToken, expiresIn: accessTokenSeconds }
  }
