import { type Device, deviceOf } from '../model/device.ts'
import { RefreshInvalid } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'
import { accessTokenSeconds, type Tokens } from '../model/session.ts'

type Deps = Pick<Ports, 'sessions' | 'accessTokens' | 'secrets' | 'clock' | 'log'>

/**
 * Exchanges a refresh token for new tokens with the account's present roles. A token serves once; a second use ends the
 * session, since one of the two users has stolen it (RFC 9700, 4.14).
 * @throws RefreshInvalid
 */
export const refresh =
  ({ sessions, accessTokens, secrets, clock, log }: Deps) =>
  async (token: string, device: Device): Promise<Tokens> => {
    const refreshToken = secrets.token()
    const next = { digest: secrets.digest(refreshToken), at: clock.now(), device: deviceOf(device) }
    const rotation = await sessions.rotate(secrets.digest(token), next)
    if (rotation.outcome === 'reused') {
      const { accountId } = rotation
      log.warn({ event: 'auth.refresh_reused', userId: accountId }, 'session ended: token reused')
    }
    if (rotation.outcome !== 'rotated') throw new RefreshInvalid()
    const accessToken = await accessTokens.sign(rotation.account, rotation.sessionId)
    return { accessToken, refreshToken, expiresIn: accessTokenSeconds }
  }
