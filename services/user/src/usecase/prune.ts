import type { Ports } from '../model/ports.ts'

type Deps = Pick<
  Ports,
  | 'sessions'
  | 'failures'
  | 'accountTokens'
  | 'secondFactors'
  | 'mails'
  | 'oauthStates'
  | 'erasures'
  | 'clock'
  | 'log'
>

/**
 * Deletes what has no use any more: sessions past their last day, failures that count no more, tokens that are over, enrolments that
 * nobody confirmed, mails that ended, codes and pages of the authorization server that expired,
 * old receipts.
 */
export const prune = (deps: Deps) => async (): Promise<void> => {
  const {
    sessions,
    failures,
    accountTokens,
    secondFactors,
    mails,
    oauthStates,
    erasures,
    clock,
    log,
  } = deps
  const now = clock.now()
  const pruned = {
    sessions: await sessions.prune(now),
    failures: await failures.prune(now),
    tokens: await accountTokens.prune(now),
    enrolments: await secondFactors.prune(now),
    mails: await mails.prune(now),
    oauth: await oauthStates.prune(now),
    receipts: await erasures.prune(now),
  }
  if (Object.values(pruned).some((count) => count > 0)) log.debug(pruned, 'pruned')
}
