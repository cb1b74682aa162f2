import type { Acting } from '@micromart/kernel'
import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'accounts' | 'clock' | 'log'>

/**
 * Erases an account: personal data is overwritten, sessions end, user.erased.v1 tells the others.
 * @throws AccountGone, LastAdmin
 */
export const eraseMe =
  ({ accounts, clock, log }: Deps) =>
  async (callerId: string, by: Acting): Promise<void> => {
    await accounts.erase(callerId, clock.now(), by)
    log.info({ event: 'account.erased', userId: callerId }, 'account erased')
  }
