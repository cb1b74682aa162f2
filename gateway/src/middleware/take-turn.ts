import { DomainError } from '@micromart/kernel'
import type { RequestHandler, Response } from 'express'
import type { WaitingRoom } from '../limits/waiting-room.ts'

const longestWaitSeconds = 4

/** Those who are refused together must not come back together. */
const busy = (): DomainError => {
  const retryAfter = String(1 + Math.floor(Math.random() * longestWaitSeconds))
  return new DomainError('unavailable', 'login_busy', { retryAfter })
}

const departure = (response: Response): AbortSignal => {
  const leaving = new AbortController()
  if (response.closed) leaving.abort()
  else response.once('close', () => leaving.abort())
  return leaving.signal
}

/**
 * Lets a request that hashes a password on when it is its turn (S8): a flood of logins waits here, where it costs
 * nothing, and reads of the catalogue go on beside it.
 * @throws DomainError unavailable `login_busy` with seconds to wait, before any call
 */
export const takeTurn = (room: WaitingRoom): RequestHandler => {
  return async (_request, response, next) => {
    const gone = departure(response)
    const leave = await room.enter(gone)
    if (!leave) throw busy()
    if (gone.aborted) return leave()
    response.once('close', leave)
    next()
  }
}
