import type { Ports } from '../model/ports.ts'
import { getMe } from './get-me.ts'

type Deps = Pick<Ports, 'accounts' | 'mails' | 'clock' | 'ids'>

/**
 * Sends the mail that verifies one's address once more; nothing when it is verified, or when the last one is young.
 * @throws AccountGone
 */
export const requestEmailVerification =
  (deps: Deps) =>
  async (callerId: string): Promise<void> => {
    const { mails, clock, ids } = deps
    const { id: accountId, emailVerified } = await getMe(deps)(callerId)
    if (emailVerified) return
    await mails.queue({ id: ids.next(), accountId, kind: 'verify_email', at: clock.now() })
  }
