import type { Account } from '../model/account.ts'
import { type Device, deviceOf } from '../model/device.ts'
import { CredentialsWrong } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { accessTokenSeconds, newSession, refreshExpiry, type Tokens } from '../model/session.ts'

type Deps = Pick<Ports, 'sessions' | 'accessTokens' | 'secrets' | 'clock' | 'ids'>

/**
 * Opens a session and gives out its first tokens.
 * @param passwordVersion what the password was proven against
 * @throws CredentialsWrong when it, or whether a code is asked for, has changed since
 */
export const startSession =
  ({ sessions, accessTokens, secrets, clock, ids }: Deps) =>
  async (
    account: Account,
    passwordVersion: number,
    { device }: { readonly device: Device },
  ): Promise<Tokens> => {
    const now = clock.now()
    const of = { id: ids.next(), accountId: account.id, clientId: undefined }
    const session = newSession({ ...of, device: deviceOf(device) }, now)
    const refreshToken = secrets.token()
    const first = {
      digest: secrets.digest(refreshToken),
      expiresAt: refreshExpiry(session, now),
    }
    const { secondFactor } = account
    const opened = await sessions.open(session, first, { passwordVersion, secondFactor })
    if (!opened) throw new CredentialsWrong()
    const accessToken = await accessTokens.sign(account, session.id)
    return { accessToken, refreshToken, expiresIn: accessTokenSeconds }
  }
