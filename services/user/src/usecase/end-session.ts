import { isId } from '@micromart/kernel'
import { SessionNotFound } from '../model/errors.ts'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'sessions' | 'clock' | 'log'>

/**
 * Ends one of the caller's sessions: its refresh token serves no more, its access token for at most five minutes (S22).
 * @throws SessionNotFound for another's too
 */
export const endSession =
  ({ sessions, clock, log }: Deps) =>
  async (callerId: string, id: string): Promise<void> => {
    const ended = isId(id) && (await sessions.endOne(callerId, id, clock.now()))
    if (!ended) throw new SessionNotFound()
    log.info({ event: 'auth.session_ended', userId: callerId, sessionId: id }, 'session ended')
  }
