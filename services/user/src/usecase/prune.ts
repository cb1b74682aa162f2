import type { Ports } from '../model/ports.ts'

type Deps = Pick<Ports, 'sessions' | 'failures' | 'accountTokens' | 'mails' | 'clock' | 'log'>

/** Deletes what has no use any more: sessions past their last day, failures that count no more, old tokens, mails that ended. */
export const prune =
  ({ sessions, failures, accountTokens, mails, clock, log }: Deps) =>
  async (): Promise<void> => {
    const now = clock.now()
    const ended = await sessions.prune(now)
    const forgotten = await failures.prune(now)
    const expired = await accountTokens.prune(now)
    const posted = await mails.prune(now)
    if (ended + forgotten + expired + posted > 0) {
      log.debug({ ended, forgotten, expired, posted }, 'pruned')
    }
  }
