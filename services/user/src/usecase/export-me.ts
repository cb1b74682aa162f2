import type { KeptMail } from '../model/mail.ts'
import type { KeptToken } from '../model/mail-ports.ts'
import type { Ports } from '../model/ports.ts'
import type { SecondFactorStatus } from '../model/second-factor.ts'
import type { KeptSession } from '../model/session.ts'

type Deps = Pick<Ports, 'sessions' | 'secondFactors' | 'accountTokens' | 'mails' | 'clock'>

/** What is kept about somebody besides account and addresses. */
export type Kept = {
  readonly sessions: readonly KeptSession[]
  readonly secondFactor: SecondFactorStatus | undefined
  readonly links: readonly KeptToken[]
  readonly mails: readonly KeptMail[]
}

/** For its owner to take away. Secrets are not among it. */
export const exportMe =
  ({ sessions, secondFactors, accountTokens, mails, clock }: Deps) =>
  async (callerId: string): Promise<Kept> => {
    const [kept, secondFactor, links, sent] = await Promise.all([
      sessions.kept(callerId),
      secondFactors.status(callerId),
      accountTokens.of(callerId, clock.now()),
      mails.of(callerId),
    ])
    return { sessions: kept, secondFactor, links, mails: sent }
  }
