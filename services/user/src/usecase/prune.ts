import type { Ports } from '../model/ports.ts'

type Deps = Pick<
  Ports,
  | 'sessions'
  | 'failures'
  | 'accountTokens'
  | 'secondFactors'
  | 'mails'
  | 'erasures'
  | 'clock'
  | 'log'
>

/**
 * Deletes what has no use any more: sessions past their last day, failures that count no more, tokens that are over, enrolments that
 * nobody confirmed, mails that ended, old receipts.
 */
export const prune =
  ({ sessions, failures, accountTokens, secondFactors, mails, erasures, clock, log }: Deps) =>
  async (): Promise<void> => {
    const now = clock.now()
    const pruned = {
      sessions: await sessions.prune(now),
      failures: await failures.prune(now),
      tokens: await accountTokens.prune(now),
      enrolments: await secondFactors.prune(now),
      mails: await mails.prune(now),
      receipts: await erasures.prune(now),
    }
    if (Object.values(pruned).some((count) => count > 0)) log.debug(pruned, 'pruned')
  }
