import type { Acting } from '@micromart/kernel'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'accounts' | 'clock' | 'ids' | 'log'>

/**
 * Erases an account: personal data is overwritten, sessions end, user.erased.v1 tells the others, whose parts are seen to by
 * `settleErasures`.
 * @returns the id of the receipt
 * @throws AccountGone, LastAdmin
 */
export const eraseMe =
  ({ accounts, clock, ids, log }: Deps) =>
  async (callerId: string, by: Acting): Promise<string> => {
    const erasureId = ids.next()
    await accounts.erase(callerId, erasureId, clock.now(), by)
    log.info({ event: 'account.erased', userId: callerId, erasureId }, 'account erased')
    return erasureId
  }
