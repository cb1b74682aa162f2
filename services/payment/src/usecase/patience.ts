import type { Clock } from '@micromart/kernel'

const ownLimitMs = 5500
const answerMs = 250

/**
 * Until when the provider may be waited for: the caller has to hear the answer within its own deadline.
 * @param deadline the caller's
 */
export const patience = (clock: Clock, deadline: Date | undefined): Date => {
  const own = clock.now().getTime() + ownLimitMs
  const callers = deadline === undefined ? own : deadline.getTime() - answerMs
  return new Date(Math.min(own, callers))
}
